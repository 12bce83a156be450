"""The plugin host: discovery, life, switches, guarded dispatch, migrations."""
