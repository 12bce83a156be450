"""The theme host: which themes there are, how their layers stack, and what templates may do."""
