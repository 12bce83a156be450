"""Pure rules of the catalogue: words of a search, what a draft may hold, clean descriptions."""
