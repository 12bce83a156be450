"""Which file an import came from."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing.reasons import REASONS
from core.catalog.models import ImportRow, ImportRun
from core.kernel.errors import NotFound
from core.kernel.values import dataclass


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


def reason_sentences(session: Session, run_id: UUID) -> dict[str, str]:
    """Reason code → its sentence, a catalogue entry; drafts bring theirs. One statement."""
    own = session.execute(
        sa.select(ImportRow.code, sa.func.min(ImportRow.message))
        .where(ImportRow.run_id == run_id, ImportRow.code.not_in(REASONS))
        .group_by(ImportRow.code)
    )
    return {**REASONS, **{row[0]: row[1] for row in own}}
