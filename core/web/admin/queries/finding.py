"""The search box: orders, products and members that fit a few letters or digits."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product, Sku
from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import display_name
from core.orders.models import Order

LIMIT = 8


@dataclass(frozen=True)
class FoundProduct:
    """A product that fits."""

    id: UUID
    title: str
    state: str
    min_price_fen: int


@dataclass(frozen=True)
class FoundMember:
    """A member who fits."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    state: str


def find_products(session: Session, text: str) -> list[FoundProduct]:
    """Products by title or by the code of one of their SKUs. One statement."""
    coded = sa.select(Sku.product_id).where(Sku.code.icontains(text, autoescape=True))
    rows = session.execute(
        sa.select(Product.id, Product.title, Product.state, Product.min_price_fen)
        .where(Product.title.icontains(text, autoescape=True) | Product.id.in_(coded))
        .order_by(Product.state != "on_sale", Product.sold_count.desc(), Product.id)
        .limit(LIMIT)
    )
    return [FoundProduct(*row) for row in rows]


def find_members(session: Session, text: str) -> list[FoundMember]:
    """Members by nickname, part of the phone, or mailbox. One statement."""
    rows = session.execute(
        sa.select(Member.id, Member.nickname, Member.phone, Member.email, Member.state)
        .where(
            Member.nickname.icontains(text, autoescape=True)
            | Member.phone.contains(text, autoescape=True)
            | Member.email.contains(text.lower(), autoescape=True)
        )
        .order_by(Member.id.desc())
        .limit(LIMIT)
    )
    return [
        FoundMember(r.id, display_name(r.nickname, r.phone, r.email), r.phone, r.email, r.state)
        for r in rows
    ]


def order_ids(session: Session, numbers: Sequence[str]) -> list[UUID]:
    """Ids of the orders with these numbers; numbers that no order has are left out."""
    if not numbers:
        return []
    found = session.scalars(sa.select(Order.id).where(Order.order_no.in_(numbers)))
    return sorted(found)
