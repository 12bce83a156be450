"""Money leaving the store through one port."""
