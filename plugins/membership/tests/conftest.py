"""A shop with membership on; see :class:`Club` for what tests say about it."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.api.db import new_id
from core.api.ledger import balance, member_owner
from core.messages.services.queue import messages_of
from plugins.membership import api
from plugins.membership.models import Entry, OrderGrowth, Standing, TierEvent
from plugins.membership.rules.programme import Task
from plugins.membership.services import benefits, documents, growth, ladder, staff
from plugins.membership.tests.any_history import THRESHOLDS, VALIDITY
from plugins.membership.types import Tier

STAFF = "staff:00000000-0000-0000-0000-000000000001"


@pytest.fixture
def plugins_on():
    return ("membership",)


@dataclass
class Club:
    """The membership of one test's shop, as one-liners."""

    shop: object

    def ladder(self, *thresholds, **more):
        """Put tiers with these thresholds in force, the lowest first; their ids."""
        tiers = [make_tier(rank, each, **more) for rank, each in enumerate(thresholds, start=1)]
        if tiers:
            self.publish(*tiers)
        return [tier.id for tier in tiers]

    def publish(self, *tiers):
        with self.shop.database.write() as session:
            ladder.publish(session, tiers)

    def rules(self, **changes):
        """Change the rules in force; ``tasks={}`` switches every task off that is not named."""
        tasks = changes.pop("tasks", None)
        with self.shop.database.write() as session:
            rules = replace(documents.rules_of(session), **changes)
            if tasks is not None:
                named = MappingProxyType({task: tasks.get(task, 0) for task in Task})
                rules = replace(rules, tasks=named)
            documents.save_rules(session, rules, STAFF)

    def tier(self, member_id: UUID):
        with self.shop.database.read() as session:
            return api.tier_of(session, member_id)

    def rank(self, member) -> int:
        tier = self.tier(member.id)
        return tier.rank if tier else 0

    def growth(self, member) -> int:
        with self.shop.database.read() as session:
            return balance(session, member_owner(member.id), "growth_value", "growth")

    def give(self, member, amount, reason="test"):
        """Staff gives growth, or takes it when it is negative."""
        with self.shop.database.write() as session:
            growth.adjust(
                session, member.id, amount, reason=reason, actor=STAFF, request_key=new_id().hex
            )

    def set_tier(self, member, tier_id, *, is_locked=False):
        with self.shop.database.write() as session:
            staff.set_tier(
                session, member.id, tier_id, is_locked=is_locked, reason="test", actor=STAFF
            )

    def rows(self, model, member=None):
        query = sa.select(model)
        if member is not None:
            query = query.where(model.member_id == member.id)
        with self.shop.database.read() as session:
            return session.scalars(query).all()

    def standing(self, member):
        (row,) = self.rows(Standing, member)
        return row

    def history(self, member):
        """Changes of tier as (reason, old id, new id), in order."""
        rows = sorted(self.rows(TierEvent, member), key=lambda row: row.id)
        return [(row.reason, row.old_tier_id, row.new_tier_id) for row in rows]

    def entries(self, member):
        """The growth log as (kind, amount), in order."""
        rows = sorted(self.rows(Entry, member), key=lambda row: row.id)
        return [(row.kind, row.amount) for row in rows]

    def messages(self, member):
        with self.shop.database.read() as session:
            return messages_of(session, member.id)

    def lines(self, order):
        return [row for row in self.rows(OrderGrowth) if row.order_id == order.id]

    def give_benefit(self, effect, values):
        """A benefit with an effect; ``values``: by tier id."""
        view = benefits.BenefitView(new_id(), "offer", effect, "权益", "Benefit", "", "", "gift")
        with self.shop.database.write() as session:
            benefit_id = benefits.save_benefit(session, view)
            cells = {
                (tier_id, benefit_id): benefits.Cell(value) for tier_id, value in values.items()
            }
            benefits.save_matrix(session, {**benefits.matrix(session), **cells})
        return benefit_id


def make_tier(rank: int, threshold: int, **more) -> Tier:
    return Tier(
        id=more.pop("id", None) or new_id(),
        rank=rank,
        name_zh=f"{rank} 级",
        name_en=f"Level {rank}",
        threshold=threshold,
        colour="#1f5b4a",
        icon="award",
        **more,
    )


@pytest.fixture
def any_club(club):
    """A ladder that random histories climb and fall on."""
    tiers = zip(THRESHOLDS, VALIDITY, strict=True)
    club.publish(*(make_tier(n, at, validity_days=days) for n, (at, days) in enumerate(tiers, 1)))
    return club


@pytest.fixture
def club(shop):
    made = Club(shop)
    made.rules(tasks={})
    return made
