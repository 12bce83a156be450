"""The house rules as tests; each gate is also shown a fault it must catch."""
