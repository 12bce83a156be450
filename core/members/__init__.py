"""Shoppers: accounts, sign-in, addresses, consents."""
