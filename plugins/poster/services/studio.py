"""What the studio asks about posters: a member's latest, and whether one shows what is true."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from core.api.catalog import ProductCard
from core.api.sharing import ShareView
from plugins.poster.models import Poster, Tally
from plugins.poster.services.contents import gathered
from plugins.poster.services.posters import PosterView, posters_by_id
from plugins.poster.services.template_views import TemplateView

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


def is_outdated(
    session: Session,
    poster_id: UUID,
    template: TemplateView,
    card: ProductCard | None,
    share: ShareView,
    price_fen: int | None,
) -> bool:
    """Whether a poster made now would show something else; two statements at most.

    The shop's name and the words of the price are those it was made with, whatever language its
    member reads now. A product that is not on sale is compared with nothing.

    Args:
        session: any session.
        poster_id: the poster.
        template: of the poster.
        card: its product as it is now; ``None``: it is about none, or about one that is gone.
        share: its link.
        price_fen: what the product costs now; ``None``: there is none.
    """
    row = session.get(Poster, poster_id)
    if row is None:
        return False
    if row.product_id is not None and (card is None or price_fen is None):
        return row.version_id != template.version_id
    said = row.words["words"]
    present = gathered(
        session, row.member_id, card, share, said["shop"], row.price_fen, said["price"]
    )
    key = present.key(row.member_id, template, row.target, row.words["width"])
    return price_fen != row.price_fen or key != row.cache_key


def is_noted(session: Session, share_id: UUID, day: date) -> bool:
    """Whether it is counted already that a poster was shown on a day."""
    return bool(
        session.scalar(
            sa.select(Tally.shown_count).where(Tally.share_id == share_id, Tally.day == day)
        )
    )
