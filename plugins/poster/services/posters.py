"""Posters of members: asked for once, rendered by the job, kept as files."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.poster.models import Poster


def forget(session: Session, member_id: UUID) -> None:
    """Take away the posters of a member who was erased; their files go with the next clean-up."""
    session.execute(sa.delete(Poster).where(Poster.member_id == member_id))
