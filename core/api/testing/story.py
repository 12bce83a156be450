"""A shop in which nearly everything happened once, and the pages that tell of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from core.api.testing.driving import Outbox, StoreClock
from core.api.testing.making import ACTOR, Maker, OrderMade, ProductMade
from core.catalog.models import Product
from core.host.shop import Shop
from core.members import services as members
from core.members.types import MemberView
from core.orders import services as orders
from core.sharing import services as sharing
from core.worker.jobs import run_now

VISITOR = "a-visitor-of-the-story"
ROUNDS = 12
"""Rounds of waiting and delivering after which every retry is through or parked."""


@dataclass(frozen=True)
class Story:
    """People and things of the story.

    Args:
        member: bought, holds a bag and every order below.
        product: what is sold; ``slug`` is its address.
        paid, unpaid, settled: orders by how far they came; one was cancelled, one refunded.
    """

    shop: Shop
    member: MemberView
    upline: MemberView
    product: ProductMade
    slug: str
    paid: OrderMade
    unpaid: OrderMade
    settled: OrderMade

    @property
    def store_pages(self) -> list[str]:
        """Pages of the store that anybody sees."""
        return ["/", "/c/", "/search?q=%E8%8C%B6", f"/p/{self.slug}", "/cart", "/signin"]

    @property
    def member_pages(self) -> list[str]:
        """Pages of the store for :attr:`member`."""
        return [
            *self.store_pages[:5],
            "/checkout",
            "/me",
            "/me/orders",
            f"/me/orders/{self.paid.order_no}",
            f"/me/orders/{self.settled.order_no}",
            f"/me/orders/{self.unpaid.order_no}",
            f"/pay/{self.unpaid.order_no}",
        ]

    @property
    def admin_pages(self) -> list[str]:
        """Pages of the merchant's face."""
        return [
            "/admin/",
            "/admin/orders",
            f"/admin/orders/{self.paid.order_no}",
            f"/admin/orders/{self.settled.order_no}",
            "/admin/products",
            f"/admin/products/{self.product.id}",
            "/admin/members",
            f"/admin/members/{self.member.id}",
            "/admin/search?q=%E8%8C%B6%E5%A3%B6",
            "/admin/jobs",
            "/admin/plugins",
            "/admin/roles",
        ]

    def values(self) -> dict[str, str]:
        """What places in addresses are filled with."""
        return {
            "order_no": self.paid.order_no,
            "order_id": str(self.paid.id),
            "member_id": str(self.member.id),
            "product_id": str(self.product.id),
            "slug": self.slug,
            "sku_id": str(next(iter(self.product.skus.values()))),
        }


def play(shop: Shop, maker: Maker, clock: StoreClock) -> Story:
    """Let it all happen; facts wait in the outbox for ``drain``."""
    pot = ("POT", 1, 26_800)
    upline = maker.member("上级")
    member = maker.member("买家", referrer=upline)
    product = maker.product("茶壶", skus=[("POT", 26_800, 100), ("CUP", 9_900, 100)])
    _share(shop, upline)
    settled = maker.order([pot], member=member, received=True)
    maker.refund(maker.order([("POT", 2, 26_800)], member=member), {"POT": 1})
    maker.refund(maker.order([("CUP", 1, 9_900)], member=member))
    clock.advance(days=8)
    run_now(shop, "orders.settle")
    cancelled = maker.order([pot], member=member, paid=False)
    with shop.database.write() as session:
        orders.cancel_order(session, cancelled.order_no, actor=ACTOR, reason="test")
    paid = maker.order([pot], member=member)
    unpaid = maker.order([pot], member=member, paid=False)
    leaving = maker.member("离开的人")
    with shop.database.write() as session:
        bag = orders.member_cart(member.id)
        orders.add_to_cart(session, bag, product.skus["POT"], 1)
        members.erase_member(session, leaving.id)
    with shop.database.read() as session:
        slug = session.scalars(sa.select(Product.slug).where(Product.id == product.id)).one()
    return Story(shop, member, upline, product, slug, paid, unpaid, settled)


def settle_facts(shop: Shop, clock: StoreClock, outbox: Outbox) -> None:
    """Deliver everything, retries included, as time passes."""
    for _ in range(ROUNDS):
        outbox.drain()
        if outbox.backlog().is_empty:
            return
        clock.advance(hours=2)


def _share(shop: Shop, upline: MemberView) -> None:
    with shop.database.write() as session:
        share = sharing.create_share(session, upline.id, "store", "")
        sharing.record_visit(session, share.token, visitor=VISITOR)


def stored(shop: Shop, skip: frozenset[str]) -> dict[str, list[tuple[str, ...]]]:
    """Every row of every table, as text."""
    return dict(_rows(shop, skip))


def _rows(shop: Shop, skip: frozenset[str]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    metadata = sa.MetaData()
    metadata.reflect(shop.database.engine)
    with shop.database.read() as session:
        for table in metadata.sorted_tables:
            if table.name not in skip:
                found = session.execute(sa.text(f'SELECT * FROM "{table.name}"'))  # noqa: S608
                yield table.name, sorted(tuple(map(str, row)) for row in found)


NO_EFFECT = frozenset({"plugin_timing", "plugin_fault"})
"""What processes note about themselves."""

NOWHERE = UUID("01a200ad-bfc3-7f52-8b8a-215653e73714")
