"""A database with two members who earned something, and somebody to review."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.kernel import clock
from core.kernel.ids import new_id
from core.ledger.services import PLATFORM, Leg, book, declare_kind, member_owner
from core.members.models import Member
from core.payouts.services import declare_payable, request_payout
from core.payouts.types import PayoutRequest
from core.settings.rules import StoreSettings

EARNED, RESERVED, PAID = "test_earned", "test_earned_reserved", "test_earned_paid"
declare_kind(EARNED, guarded=False)
declare_kind(RESERVED, guarded=True)
declare_kind(PAID, guarded=True)
declare_payable(EARNED, RESERVED, PAID)

REVIEWER = f"staff:{UUID(int=7)}"


def nobody_minds(hook, **arguments):
    assert hook == "check_request_payout"
    assert set(arguments) == {"session", "request"}


@pytest.fixture
def database(database_url):
    database = Database(database_url, pool_size=60)
    yield database
    database.dispose()


@pytest.fixture
def ann(database: Database) -> UUID:
    """A member with ¥100.00 earned."""
    return earner(database, 10_000)


def earner(database, amount, **columns):
    member_id = new_id()
    with database.write() as session:
        values = {"id": member_id, "created_at": clock.now()} | columns
        session.execute(sa.insert(Member).values(values))
        earn(session, member_id, amount)
    return member_id


def earn(session, member_id, amount):
    book(
        session,
        key=f"earn:{new_id()}",
        kind="earn",
        reference="test",
        actor="system",
        legs=[Leg(PLATFORM, "expense", -amount), Leg(member_owner(member_id), EARNED, amount)],
    )


def ask(database, member_id, amount, *, key="1", channel="wallet", check=nobody_minds, **more):
    settings = more.pop("settings", StoreSettings(payouts_per_day=1000))
    request = PayoutRequest(member_id, EARNED, channel, amount, key, more.pop("account", {}))
    channels = ("wallet", "bank", "bank_card", "alipay", "wechat")
    with database.write() as session:
        return request_payout(
            session, request, settings=settings, check=check, channels=channels, **more
        )
