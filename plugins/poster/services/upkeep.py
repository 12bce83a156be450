"""Keeping posters: made anew before they end, gone with their files when nobody needs them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.errors import NotFound, Rejected
from core.api.sharing import shares_by_id
from plugins.poster.models import Poster, Tally
from plugins.poster.services.posters import (
    FAILED,
    READY,
    WAITING,
    PosterView,
    request_poster,
)

RENEW_BEFORE = timedelta(days=3)
USED_WITHIN = timedelta(days=30)
"""A poster that was asked for, looked at or scanned within this time is made anew."""

KEPT_UNUSED = timedelta(days=90)
KEPT_AFTER_END = timedelta(days=7)
CHUNK = 500


def expiring(session: Session, after: UUID | None, limit: int = CHUNK) -> Sequence[UUID]:
    """Posters in use whose code ends within three days, in ascending order. One statement."""
    at = now()
    query = sa.select(Poster.id).where(
        Poster.state == READY,
        Poster.expires_at.is_not(None),
        Poster.expires_at <= at + RENEW_BEFORE,
        _used_since(at - USED_WITHIN),
    )
    if after is not None:
        query = query.where(Poster.id > after)
    return list(session.scalars(query.order_by(Poster.id).limit(limit)))


def renew(session: Session, poster_id: UUID, expires_at: datetime) -> PosterView | None:
    """Have a poster live on: as it is, or as another one when what it says has changed.

    It keeps the price it was asked for with; the studio tells when that is another one by now.

    Args:
        session: unit of work.
        poster_id: the poster.
        expires_at: when the new code ends.

    Returns:
        The poster that stands for it; ``None``: its product or template is not offered any more,
        and it ends.
    """
    row = session.get(Poster, poster_id)
    if row is None or row.share_id is None:
        return None
    share = shares_by_id(session, [row.share_id])[row.share_id]
    words = row.words["words"]
    try:
        found = request_poster(
            session,
            row.member_id,
            row.template_id,
            row.product_id,
            share,
            target=row.target,
            shop=words["shop"],
            price_fen=row.price_fen,
            price=words["price"],
            width=row.words.get("width", 0),
            expires_at=expires_at,
        )
    except (NotFound, Rejected):
        return None
    if found.id != row.id:  # the old one is asked for no more
        session.execute(sa.update(Poster).where(Poster.id == row.id).values(expires_at=now()))
    return found


def forget_unused(session: Session, limit: int = CHUNK) -> int:
    """Take away posters that ended, failed or were not used for long. Returns how many."""
    at = now()
    old = (
        sa.select(Poster.id)
        .where(
            sa.or_(
                Poster.expires_at <= at - KEPT_AFTER_END,
                sa.and_(Poster.state == FAILED, Poster.asked_at <= at - KEPT_AFTER_END),
                sa.and_(
                    Poster.state != WAITING,
                    Poster.used_at <= at - KEPT_UNUSED,
                    ~_used_since(at - KEPT_UNUSED),
                ),
            )
        )
        .limit(limit)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(sa.delete(Poster).where(Poster.id.in_(ids)))
    return len(ids)


def names_in_use(session: Session, names: Iterable[str]) -> set[str]:
    """Which files posters still show. One statement."""
    query = sa.select(Poster.path).where(Poster.path.in_(list(names)))
    return set(session.scalars(query))


def _used_since(at: datetime) -> sa.ColumnElement[bool]:
    is_seen = sa.exists().where(Tally.share_id == Poster.share_id, Tally.day >= at.date())
    return sa.or_(Poster.used_at >= at, is_seen)
