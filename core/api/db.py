"""Tables of plugins: base class, column types, ids.

A plugin's tables start with ``plugin_<name>_`` and come from its own ``migrations/``. They may
point at the trunk's tables by foreign key but never change them. Queries are written with
SQLAlchemy; the session is always handed in, and nobody but the edge commits it.
"""

from core.db.base import Base, Fen, IdColumn, UtcDateTime
from core.kernel.ids import new_code, new_id, new_number, new_token, token_hash

__all__ = [
    "Base",
    "Fen",
    "IdColumn",
    "UtcDateTime",
    "new_code",
    "new_id",
    "new_number",
    "new_token",
    "token_hash",
]
