"""What the studio asks about posters: a member's latest, and whether one is still what it says."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.poster.models import Poster, Tally, Template
from plugins.poster.services.posters import PosterView, posters_by_id

_POSTER: Any = Poster


def latest_posters(
    session: Session, member_id: UUID, *, page: int = 1, per_page: int = 12
) -> tuple[Sequence[PosterView], bool]:
    """A member's posters, the newest of each share, those asked for last first; two statements.

    Returns:
        The posters of the page, and whether there are more.
    """
    newer = aliased(_POSTER)
    is_newest = ~sa.exists().where(newer.share_id == _POSTER.share_id, newer.id > _POSTER.id)
    ids = list(
        session.scalars(
            sa.select(_POSTER.id)
            .where(_POSTER.member_id == member_id, is_newest)
            .order_by(_POSTER.asked_at.desc(), _POSTER.id.desc())
            .limit(per_page + 1)
            .offset((page - 1) * per_page)
        )
    )
    found = posters_by_id(session, ids[:per_page])
    return [found[each] for each in ids if each in found], len(ids) > per_page


def is_outdated(session: Session, poster_id: UUID, price_fen: int | None) -> bool:
    """Whether a poster says what is no longer true: an old design, or another price.

    Args:
        session: any session.
        poster_id: the poster.
        price_fen: what the product costs now; ``None``: it is about none.
    """
    row = session.execute(
        sa.select(_POSTER.version_id, _POSTER.price_fen, Template.version_id.label("present"))
        .join(Template, Template.id == _POSTER.template_id)
        .where(_POSTER.id == poster_id)
    ).one_or_none()
    if row is None:
        return False
    is_repriced = None not in (price_fen, row.price_fen) and row.price_fen != price_fen
    return is_repriced or bool(row.version_id != row.present)


def is_noted(session: Session, share_id: UUID, day: date) -> bool:
    """Whether it is counted already that a poster was shown on a day."""
    return bool(
        session.scalar(
            sa.select(Tally.shown_count).where(Tally.share_id == share_id, Tally.day == day)
        )
    )
