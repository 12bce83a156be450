"""The plugins that come with the store."""
