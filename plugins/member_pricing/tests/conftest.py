"""A shop with tiers and member prices; see :class:`Prices` for what tests say about it."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from core.api.clock import now
from core.api.db import new_id
from plugins.member_pricing.rules import ALL, RETURNING, Audience, Terms, read_price
from plugins.member_pricing.services import editing
from plugins.membership.models import Standing, TierRow

NAMES = (("银卡", "Silver"), ("金卡", "Gold"), ("黑卡", "Black"))


@pytest.fixture
def plugins_on():
    return ("membership", "member_pricing")


@dataclass
class Prices:
    """Tiers and prices of one test's shop, as one-liners; prices as people type them."""

    shop: object
    actor: str = "staff:test"

    def __post_init__(self):
        self.tiers = {}
        with self.shop.database.write() as session:
            for rank, (name_zh, name_en) in enumerate(NAMES, start=1):
                row = TierRow(
                    id=new_id(),
                    rank=rank,
                    name_zh=name_zh,
                    name_en=name_en,
                    threshold=rank * 500,
                    colour="#1f5b4a",
                    icon="award",
                    validity_days=365,
                    changed_at=now(),
                )
                session.add(row)
                self.tiers[name_en.lower()] = row.id

    def audience(self, name: str) -> Audience:
        """``all``, ``returning``, ``silver``, ``gold`` or ``black``."""
        known = {"all": ALL, "returning": RETURNING}
        return known.get(name) or Audience.tier(self.tiers[name])

    def raise_to(self, member, name: str) -> None:
        """Give a member a tier."""
        with self.shop.database.write() as session:
            session.merge(Standing(member_id=member.id, tier_id=self.tiers[name], since_at=now()))

    def change(self, product, audience, text, *, sku="", version=None, starts=None, ends=None):
        """One change; an empty text takes the price away."""
        price = read_price(text)
        return editing.Change(
            editing.Target(product.id, product.skus[sku] if sku else None),
            self.audience(audience),
            Terms(price, starts, ends) if price else None,
            version,
        )

    def set(self, product, audience, text, **more):
        """Change one price."""
        return self.save(self.change(product, audience, text, **more))

    def save(self, *changes, kind="edit"):
        """Change several at once."""
        with self.shop.database.write() as session:
            return editing.change_prices(session, changes, actor=self.actor, kind=kind)

    def of(self, product) -> dict[tuple[UUID, str], editing.Kept]:
        """All prices of a product, by (target, audience)."""
        with self.shop.database.read() as session:
            return dict(editing.prices_of(session, [product.id]))

    def leave_out(self, *products):
        """Sell products at one price to everybody."""
        with self.shop.database.write() as session:
            return editing.leave_out(session, [each.id for each in products], actor=self.actor)


@pytest.fixture
def prices(shop):
    return Prices(shop)
