"""Products, SKUs, categories and their search."""
