"""The theme host: layers, assets, regions."""
