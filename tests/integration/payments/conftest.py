"""A database with one order to be paid, and a sandbox gateway on it."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from core.db.engine import Database
from core.kernel import clock
from core.kernel.ids import new_id
from core.members.models import Member
from core.orders.models import Order
from core.payments.sandbox import wire
from core.payments.sandbox.client import LocalTransport, SandboxGateway
from core.payments.sandbox.server import SandboxServer
from core.payments.services import start_attempt
from core.payments.types import Payable, StartRequest

TOTAL = 12_900


@pytest.fixture
def database(database_url):
    database = Database(database_url, pool_size=25)
    yield database
    database.dispose()


@pytest.fixture
def order_id(database: Database) -> UUID:
    """An order of ¥129.00 that waits for its payment."""
    member_id, order_id = new_id(), new_id()
    at = clock.now()
    with database.write() as session:
        session.execute(sa.insert(Member).values(id=member_id, created_at=at))
        session.execute(
            sa.insert(Order).values(
                id=order_id,
                order_no=str(order_id.int)[:30],
                member_id=member_id,
                request_key="1",
                goods_fen=TOTAL,
                discount_fen=0,
                freight_fen=0,
                total_fen=TOTAL,
                address={},
                quote={},
                placed_at=at,
                expires_at=at + timedelta(minutes=30),
            )
        )
    return order_id


@pytest.fixture
def payable(order_id: UUID) -> Payable:
    return Payable(order_id, TOTAL, is_open=True, is_paid=False)


@pytest.fixture
def attempt(database: Database, order_id: UUID):
    """A prepared payment of the order at the sandbox."""
    with database.write() as session:
        return start_attempt(
            session,
            order_id=order_id,
            amount_fen=TOTAL,
            gateway_key="sandbox",
            expires_at=clock.now() + timedelta(minutes=30),
        )


KEY = wire.Key("banyan", "a secret of the tests")


@pytest.fixture
def key() -> wire.Key:
    return KEY


@pytest.fixture
def server(database: Database, key: wire.Key) -> SandboxServer:
    return SandboxServer(database, key)


@pytest.fixture
def gateway(database: Database, key: wire.Key, server: SandboxServer) -> SandboxGateway:
    return SandboxGateway(database, key, LocalTransport(server))


@pytest.fixture
def ask(attempt) -> StartRequest:
    """What the shop asks the sandbox for."""
    return StartRequest(
        payment_no=attempt.payment_no,
        amount_fen=attempt.amount_fen,
        subject="Tea bowl",
        notify_url="https://shop.test/notify/sandbox",
        return_url="https://shop.test/pay/1/result",
        expires_at=attempt.expires_at,
    )
