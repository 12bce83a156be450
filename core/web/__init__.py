"""The edges: shop face, merchant face, callbacks."""
