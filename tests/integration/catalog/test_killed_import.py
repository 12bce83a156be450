"""A real process, killed without warning in the middle of an import."""

import os
import signal
import subprocess
import sys
import time

import sqlalchemy as sa

from core.catalog import services as catalog
from core.catalog.importing import import_file, recent_runs
from core.catalog.models import ImportRun
from core.stock import services as stock

SCRIPT = """
import sys, time
from pathlib import Path
from core.catalog.importing import import_file
from core.db.engine import Database

import_file(
    Database(sys.argv[1]), Path(sys.argv[2]), actor="child", chunk_lines=10,
    on_progress=lambda done, total: time.sleep(0.05),
)
"""


def test_an_import_killed_without_warning_is_taken_up_and_comes_to_the_same_end(
    database, database_url, excerpt
):
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, database_url, str(excerpt)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        wait_for_lines(database, 40)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    with database.read() as session:
        (left,) = recent_runs(session)
    assert left.state == "running"
    assert 40 <= left.done < 200

    found = import_file(database, excerpt, actor="test")
    assert found.is_resumed
    assert (found.run_id, found.done) == (left.run_id, 200)
    assert (found.imported, found.merged, found.skipped, found.failed) == (99, 60, 41, 0)
    assert found.created == 99
    with database.read() as session:
        assert catalog.list_products(session).total == 99
        assert stock.verify(session).is_clean


def wait_for_lines(database, count):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with database.read() as session:
            if (session.scalar(sa.select(ImportRun.done_rows)) or 0) >= count:
                return
        time.sleep(0.01)
    raise AssertionError("the import did not begin")
