"""By hand: what a small store does without a service behind it. See README.md."""
