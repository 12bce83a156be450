"""Forms of the merchant's pages, one module per area."""
