"""Which store a command means when nobody said: the demo, as long as it is the only one here."""

import sqlite3
from collections.abc import MutableMapping
from contextlib import closing
from pathlib import Path

DATABASE = "banyan.sqlite3"
FOUNDERS = frozenset({"demo", "run", "worker", "db", "replay"})
"""Commands that may begin a store, or name their own: they never turn to the demo."""


def turn_to_demo(command: str, environ: MutableMapping[str, str], instances: Path) -> Path | None:
    """Point ``environ`` at the demo store if it is the only store in ``instances``.

    So ``banyan clock advance 8d`` typed beside a running ``make demo`` reaches it, and does not ask
    for the tables of a store that nobody wants yet. Nothing is changed for a command that may begin
    a store, where the environment names a store, and where ``instances`` itself holds one.

    Args:
        command: the subcommand's name.
        environ: the environment, changed in place.
        instances: the folder of the installation; the demo lives in ``demo`` within.

    Returns:
        The demo's folder, or ``None`` where the command means what the environment says.
    """
    demo = instances / "demo"
    if command in FOUNDERS or environ.get("BANYAN_INSTANCE") or environ.get("DATABASE_URL"):
        return None
    if (instances / "banyan.toml").exists() or _has_tables(instances / DATABASE):
        return None
    if not _has_tables(demo / DATABASE):
        return None
    environ["BANYAN_INSTANCE"] = str(demo)
    environ.setdefault("BANYAN_SANDBOX", "1")
    return demo


def _has_tables(path: Path) -> bool:
    """Whether this is a store's database; a command that found no tables leaves an empty file."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as found:
            return found.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return True  # something is there, and whoever opens it says what is wrong
