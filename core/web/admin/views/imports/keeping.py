"""Uploaded files between the steps of an import, and carrying one out in the background.

A file lies under ``instance/imports`` by the hash of its content; a run that was cut off finds it
there again.
"""

import logging
import re
import threading
from pathlib import Path

from core.catalog.importing import ColumnMapping, CsvSource, import_source
from core.db.engine import Database
from core.kernel.errors import Conflict, NotFound, ShopError
from core.kernel.text import squeeze
from core.web import context

_log = logging.getLogger("banyan.admin")
_HASH = re.compile(r"[0-9a-f]{64}")


def keep(name: str, data: bytes) -> CsvSource:
    """Check an upload and keep it.

    Raises:
        Rejected: too large, or no CSV file.
    """
    source = CsvSource.of_bytes(clean_name(name), data)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source.content_hash}.csv"
    if not path.exists():
        working = path.with_suffix(".part")
        working.write_bytes(data)
        working.replace(path)
    return source


def kept(content_hash: str, name: str) -> CsvSource:
    """A file that was uploaded before.

    Raises:
        NotFound: it is not there any more.
    """
    path = _folder() / f"{content_hash}.csv"
    if not _HASH.fullmatch(content_hash) or not path.is_file():
        raise NotFound("import.gone", "The uploaded file is not here any more. Upload it again.")
    return CsvSource(clean_name(name), lambda: path.open("rb"))


def is_kept(content_hash: str) -> bool:
    """Whether the file is still there."""
    return bool(_HASH.fullmatch(content_hash)) and (_folder() / f"{content_hash}.csv").is_file()


def clean_name(name: str) -> str:
    """A file name as it is shown: its last part, without what no name holds."""
    return squeeze(Path(name.replace("\\", "/")).name)[:120] or "products.csv"


def carry_out(source: CsvSource, mapping: ColumnMapping, actor: str) -> None:
    """Import in a thread of this process; progress stands in the database after every chunk.

    When the process ends on the way, the import is taken up again by whoever starts it next.
    """
    database = context.shop().database
    thread = threading.Thread(
        target=_run, args=(database, source, mapping, actor), name="banyan-import", daemon=True
    )
    thread.start()


def _run(database: Database, source: CsvSource, mapping: ColumnMapping, actor: str) -> None:
    try:
        import_source(database, source, mapping, actor=actor, chunk_lines=500)
    except Conflict:
        _log.info("the import of %s goes on elsewhere", source.name)
    except ShopError:
        _log.exception("the import of %s stopped", source.name)


def _folder() -> Path:
    return context.shop().config.instance / "imports"
