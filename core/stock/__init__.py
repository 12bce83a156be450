"""On hand, allocated, typed movements and timed holds."""
