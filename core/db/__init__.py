"""The database: engine, units of work, column types, outbox, shared counters, migrations."""
