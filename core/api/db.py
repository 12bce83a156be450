"""Tables of plugins: base class, column types, ids.

A plugin's tables start with ``plugin_<name>_`` and come from its own ``migrations/``. They may
point at the trunk's tables by foreign key but never change them. Queries are written with
SQLAlchemy; the session is always handed in, and nobody but the edge commits it. What runs on every
page or order may be :class:`Prepared`: compiled once, sent straight to the driver.
"""

from core.db.base import Base, Fen, IdColumn, UtcDateTime
from core.db.prepared import Prepared, among, one_of
from core.db.sessions import only_reads, shared
from core.db.statements import insert_or
from core.kernel.ids import new_code, new_id, new_number, new_token, token_hash

__all__ = [
    "Base",
    "Fen",
    "IdColumn",
    "Prepared",
    "UtcDateTime",
    "among",
    "insert_or",
    "new_code",
    "new_id",
    "new_number",
    "new_token",
    "one_of",
    "only_reads",
    "shared",
    "token_hash",
]
