"""The database's own refusal to change what was booked."""

TABLES = ("ledger_journal", "ledger_posting")


def create_statements(dialect: str) -> list[str]:
    """Statements that forbid UPDATE and DELETE of journals and postings, for one dialect."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{action} BEFORE {action.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in TABLES
            for action in ("update", "delete")
        ]
    return [
        "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
        "USING ERRCODE = 'restrict_violation'; END $$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
            for table in TABLES
        ),
    ]


def drop_statements(dialect: str) -> list[str]:
    """Statements that take the refusal away again, for going back a version."""
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_{action}"
            for table in TABLES
            for action in ("update", "delete")
        ]
    return [
        *(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}" for table in TABLES),
        "DROP FUNCTION IF EXISTS ledger_append_only()",
    ]
