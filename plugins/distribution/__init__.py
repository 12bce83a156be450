"""Three-level distribution: uplines frozen on the order earn a commission from what was paid."""
