"""A shop with distribution on, a plan of 10/5/2 % and a chain of three uplines above a buyer."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.api.db import new_token
from core.api.ledger import balances, member_owner
from core.api.members import MemberView
from core.api.payouts import WALLET_CHANNEL, PayoutRequest, request_payout
from core.api.testing.making import ADDRESS
from core.members import services as members
from plugins.distribution.models import Commission, Hold
from plugins.distribution.rules import Joining
from plugins.distribution.services import distributors
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.programmes import current, publish, publish_plan
from plugins.distribution.services.reports import money_of

STAFF = "staff:00000000-0000-0000-0000-000000000001"


@pytest.fixture
def plugins_on():
    return ("distribution",)


@dataclass
class Programme:
    """The distribution of one test's shop, as one-liners."""

    shop: object

    def publish(self, *rates_bps, pool_bps=3000, joining=Joining.OPEN, **more):
        arguments = {"actor": STAFF, "actor_name": "店主", "acknowledged": True, **more}
        with self.shop.database.write() as session:
            return publish_plan(
                session,
                depth=len(rates_bps),
                rates_bps=rates_bps,
                pool_bps=pool_bps,
                joining=joining,
                **arguments,
            )

    def change(self, **fields):
        """Publish the programme in force with other values in some of its fields."""
        with self.shop.database.write() as session:
            return publish(
                session,
                replace(current(session), **fields),
                actor=STAFF,
                actor_name="店主",
                acknowledged=True,
            )

    def name(self, *members: MemberView) -> None:
        """Make members active distributors."""
        for member in members:
            self.move(member, DistributorState.ACTIVE)

    def move(self, member: MemberView, state: DistributorState, reason="") -> None:
        with self.shop.database.write() as session:
            distributors.set_state(session, member.id, state, actor=STAFF, reason=reason)

    def money(self, member: MemberView):
        with self.shop.database.read() as session:
            return money_of(session, member.id)

    def accounts(self, member: MemberView) -> dict[str, int]:
        """Balances that are not 0, by account kind."""
        with self.shop.database.read() as session:
            return {k: v for k, v in balances(session, member_owner(member.id)).items() if v}

    def rows(self, order_id: UUID | None = None):
        query = sa.select(Commission).order_by(Commission.order_line_id, Commission.level)
        if order_id is not None:
            query = query.where(Commission.order_id == order_id)
        with self.shop.database.read() as session:
            return session.scalars(query).all()


@pytest.fixture
def programme(shop):
    made = Programme(shop)
    made.publish(1000, 500, 200)
    return made


@dataclass(frozen=True)
class Chain:
    """``buyer`` came through ``first``, who came through ``second``, who came through ``third``."""

    third: MemberView
    second: MemberView
    first: MemberView
    buyer: MemberView

    @property
    def uplines(self):
        return self.first, self.second, self.third


@pytest.fixture
def chain(programme, make_member):
    third = make_member("丙")
    second = make_member("乙", referrer=third)
    first = make_member("甲", referrer=second)
    programme.name(first, second, third)
    return Chain(third, second, first, make_member("买家", referrer=first))


@pytest.fixture
def settle(clock, run_job, outbox):
    """Let the after-sale window pass, tell the plugins, and settle what is due."""

    def run(days=8):
        clock.advance(days=days)
        run_job("orders.settle")
        outbox.drain()
        run_job("distribution.settle")

    return run


@pytest.fixture
def sold(make_order, maker, outbox, settle):
    """An order of a member that is received and settled."""

    def run(member: MemberView, lines=(("POT", 1, 26_800),)):
        order = make_order(list(lines), member=member)
        maker.receive(order)
        outbox.drain()
        settle()
        return order

    return run


@pytest.fixture
def transfer(maker):
    """Staff gives a member another referrer."""
    return maker.transfer


@pytest.fixture
def pay_out(shop, maker):
    """A distributor asks for a payout and staff releases it."""

    def run(member: MemberView, amount_fen: int):
        payout = ask_for(shop, member, amount_fen)
        maker.approve_payout(payout.id)
        return payout

    return run


def ask_for(shop, member: MemberView, amount_fen: int, key=""):
    """Ask for a payout of commission to the store wallet."""
    wanted = PayoutRequest(
        member_id=member.id,
        source_kind=AVAILABLE,
        channel=WALLET_CHANNEL,
        amount_fen=amount_fen,
        request_key=key or new_token(),
    )
    with shop.database.write() as session:
        return request_payout(
            session, wanted, settings=shop.settings(), check=shop.extensions().check
        )


@pytest.fixture
def earned(programme, make_order, outbox):
    """Let somebody order; who earns what, as (level, beneficiary, fen) line by line."""

    def order(buyer, *lines):
        placed = make_order(lines or [("POT", 1, 26_800)], member=buyer)
        outbox.drain()
        rows = programme.rows(placed.id)
        return [(row.level, row.beneficiary_id, row.amount_fen) for row in rows]

    return order


@pytest.fixture
def sell(chain, make_order, outbox, run_job):
    """The chain's buyer pays for an order, and the watch looks at it."""

    def run(buyer=None):
        order = make_order([("POT", 1, 26_800)], member=buyer or chain.buyer)
        outbox.drain()
        run_job("distribution.watch")
        return order

    return run


@pytest.fixture
def held(shop):
    """(beneficiary, reason, state) of everything that is or was held."""

    def read():
        with shop.database.read() as session:
            rows = session.execute(
                sa.select(Hold.beneficiary_id, Hold.reason, Hold.state).order_by(Hold.id)
            )
            return [tuple(row) for row in rows]

    return read


def give_address_of(shop, member, number):
    """Give a member the address that the maker gave another."""
    with shop.database.write() as session:
        members.add_address(
            session, member.id, replace(ADDRESS, detail=f"{ADDRESS.detail}-{number}")
        )


def number_of(shop, member):
    with shop.database.read() as session:
        return members.addresses_of(session, member.id)[0].detail.rpartition("-")[2]


@pytest.fixture
def suspicious(shop, chain):
    """The first upline has the buyer's address in their book."""
    give_address_of(shop, chain.first, number_of(shop, chain.buyer))
    return chain
