"""What the things are called that logs speak of by id: numbers, titles, names, and their pages."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, ImportRun, Product
from core.kernel.values import dataclass
from core.members.models import Member
from core.members.types import display_name
from core.orders.models import AfterSale, Order
from core.payments.models import Refund
from core.payouts.models import Payout
from core.staff.models import Role, Staff

Ref = tuple[str, str]
"""Kind and id (or number) of a thing, such as ``("order", "<uuid>")``."""


@dataclass(frozen=True)
class Thing:
    """A thing as people know it; ``url`` is empty when it has no page."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class _Source:
    """Where a kind of thing is read: its id, what names it, and its page with ``%s`` for the id."""

    key: Any
    names: tuple[Any, ...]
    url: str


_SOURCES: Mapping[str, _Source] = {
    "order": _Source(Order.id, (Order.order_no,), "/admin/orders/%s"),
    "after_sale": _Source(AfterSale.id, (AfterSale.after_sale_no,), "/admin/after-sales/%s"),
    "refund": _Source(Refund.id, (Refund.refund_no,), ""),
    "payout": _Source(Payout.id, (Payout.payout_no,), "/admin/payouts/%s"),
    "product": _Source(Product.id, (Product.title,), "/admin/products/%s"),
    "category": _Source(Category.id, (Category.name,), "/admin/categories/%s"),
    "import": _Source(ImportRun.id, (ImportRun.filename,), "/admin/imports/%s"),
    "member": _Source(
        Member.id, (Member.nickname, Member.phone, Member.email), "/admin/members/%s"
    ),
    "staff": _Source(Staff.id, (Staff.name,), "/admin/staff/%s"),
    "role": _Source(Role.id, (Role.name,), "/admin/roles/%s"),
}
_ALIASES = {"distributor": "member", "referral": "member"}
_NUMBERED = {"order"}
"""Kinds whose pages stand under their number."""


def things(session: Session, refs: Iterable[Ref]) -> dict[Ref, Thing]:
    """Things by kind and id; one statement a kind. What is gone, or known by number, is left out.

    Args:
        session: read-only.
        refs: as they stand in a log.
    """
    wanted: dict[str, dict[UUID, list[Ref]]] = {}
    for kind, text in refs:
        try:
            found_id = UUID(text)
        except ValueError:
            continue
        known = _ALIASES.get(kind, kind)
        if known in _SOURCES:
            wanted.setdefault(known, {}).setdefault(found_id, []).append((kind, text))
    found: dict[Ref, Thing] = {}
    for kind, ids in wanted.items():
        source = _SOURCES[kind]
        rows = session.execute(sa.select(source.key, *source.names).where(source.key.in_(ids)))
        for row in rows:
            label = display_name(*row[1:]) if kind == "member" else row[1]
            place = row[1] if kind in _NUMBERED else row[0]
            url = source.url % place if source.url else ""
            found |= dict.fromkeys(ids[row[0]], Thing(label, url))
    return found


def thing_of(reference: str) -> Ref:
    """Kind and id of a ledger's or stock's reference; a bare id is an order's."""
    kind, _, text = reference.rpartition(":")
    return kind or "order", text
