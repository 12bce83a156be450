"""Tools for the people who build Banyan; nothing here is installed."""
