"""What a poster says and shows, gathered when it is asked for, and the key that names it."""

import hashlib
import json
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import ProductCard, product_cards
from core.api.errors import Rejected
from core.api.members import member_view
from core.api.sharing import ShareView
from core.api.values import dataclass
from plugins.poster.rules.layout import FORMAT, Purpose
from plugins.poster.rules.words import Words, price_text
from plugins.poster.services.template_views import TemplateView


@dataclass(frozen=True)
class Contents:
    """What a poster says and shows, and the key that names exactly that."""

    words: Words
    price_fen: int | None
    product_media_id: UUID | None
    avatar_media_id: UUID | None

    def key(self, member_id: UUID, template: TemplateView, target: str, width: int) -> str:
        """Changes with anything that would make the picture another one."""
        parts = [
            FORMAT,
            member_id,
            template.version_id,
            list(vars(self.words).values()),
            self.product_media_id,
            self.avatar_media_id,
            target,
            width,
        ]
        return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()

    def body(self, width: int) -> dict[str, Any]:
        """What the job needs of the contents, and the width that was asked for."""
        return {
            "width": width,
            "words": vars(self.words),
            "product_media": _text(self.product_media_id),
            "avatar_media": _text(self.avatar_media_id),
        }


def card_for(session: Session, product_id: UUID | None, purpose: Purpose) -> ProductCard | None:
    """The product of a poster; ``None`` for those that are about none.

    Raises:
        Rejected: it is not on sale, or none was named.
    """
    if purpose is not Purpose.PRODUCT:
        return None
    cards = product_cards(session, [product_id]) if product_id else ()
    if not cards:
        raise Rejected("poster.product", "A poster of this kind is for a product on sale.")
    return cards[0]


def gathered(
    session: Session,
    member_id: UUID,
    card: ProductCard | None,
    share: ShareView,
    shop: str,
    price_fen: int | None,
    price: str,
) -> Contents:
    """What a poster of a member says; arguments as of ``posters.request_poster``."""
    member = member_view(session, member_id)
    now_fen = price_fen if price_fen is not None or card is None else card.price_fen
    was_fen = card.market_price_fen if card else None
    words = Words(
        nickname=member.name,
        title=card.title if card else "",
        price=price or (price_text(now_fen) if now_fen is not None else ""),
        was_price=price_text(was_fen) if was_fen and was_fen > (now_fen or 0) else "",
        shop=shop,
        code=share.code,
    )
    cover = card.cover.id if card and card.cover else None
    return Contents(words, now_fen, cover, member.avatar_id)


def _text(value: UUID | None) -> str | None:
    return str(value) if value is not None else None
