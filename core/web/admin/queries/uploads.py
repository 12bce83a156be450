"""Which file an import came from."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import ImportRun
from core.kernel.errors import NotFound


@dataclass(frozen=True)
class Origin:
    """An import's file by the hash of its content."""

    content_hash: str
    filename: str


def origin_of(session: Session, run_id: UUID) -> Origin:
    """The file of a run. One statement.

    Raises:
        NotFound: no such run.
    """
    row = session.execute(
        sa.select(ImportRun.content_hash, ImportRun.filename).where(ImportRun.id == run_id)
    ).one_or_none()
    if row is None:
        raise NotFound("import.unknown", "There is no such import.")
    return Origin(*row)
