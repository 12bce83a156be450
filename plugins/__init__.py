"""The branches: each folder is one plugin, enters by ``core.api`` and knows no other."""
