"""Member prices: what tiers, returning customers and members pay, on every page the same."""
