"""Every order of the demo was paid at the sandbox gateway, so its money can go back there."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from core.config import ROOT
from core.demo.store import Filler
from core.orders import services as orders
from core.orders.models import Order, OrderLine
from core.orders.states import AfterSaleKind, PaymentState
from core.payments import services as payments
from core.payments.models import PaymentAttempt
from core.payments.sandbox.models import SandboxCallback, SandboxPayment


@pytest.fixture
def filled(shop):
    """A shop filled as `banyan demo` fills it."""
    Filler(shop, lambda _line: None).fill()
    return shop


def test_money_of_a_seeded_order_goes_back_through_the_sandbox_gateway(filled, run_job, maker):
    with filled.database.read() as session:
        newest = session.execute(
            sa.select(Order).order_by(Order.placed_at.desc()).limit(1)
        ).scalar_one()
        line = session.execute(
            sa.select(OrderLine).where(OrderLine.order_id == newest.id).limit(1)
        ).scalar_one()
        order_no, member_id, order_id = newest.order_no, newest.member_id, newest.id
        assert newest.payment_state == PaymentState.PAID
        wants = {line.id: line.quantity}
    with filled.database.write() as session:
        asked = orders.request_after_sale(
            session,
            member_id=member_id,
            order_no=order_no,
            kind=AfterSaleKind.REFUND,
            wants=wants,
            reason="other",
        )
    with filled.database.write() as session:
        refund_id = orders.approve_after_sale(session, asked, actor="staff:test")
    run_job("payments.refunds")
    with filled.database.read() as session:
        refund = payments.find_refund(session, refund_id)
        (attempt,) = payments.attempts_of(session, order_id)
        given = session.scalar(
            sa.select(SandboxPayment.refunded_fen).where(
                SandboxPayment.payment_no == attempt.payment_no
            )
        )
    assert (refund.state, given) == ("succeeded", refund.amount_fen)
    maker.check_books()


def test_the_sandbox_knows_each_payment_of_the_demo_and_has_told_the_store_of_it(filled):
    with filled.database.read() as session:
        paid = session.execute(
            sa.select(
                PaymentAttempt.payment_no,
                PaymentAttempt.gateway,
                PaymentAttempt.gateway_ref,
                PaymentAttempt.received_fen,
            ).order_by(PaymentAttempt.payment_no)
        ).all()
        known = session.execute(
            sa.select(
                SandboxPayment.payment_no,
                sa.literal("sandbox"),
                SandboxPayment.gateway_ref,
                SandboxPayment.paid_fen,
            )
            .where(SandboxPayment.state == "paid")
            .order_by(SandboxPayment.payment_no)
        ).all()
        waiting = session.scalar(
            sa.select(sa.func.count()).where(SandboxCallback.state != "delivered")
        )
        assert len(known) > 50
        assert paid == known
        assert waiting == 0


def test_a_payment_can_be_started_by_a_process_that_knows_of_no_orders_yet():
    told = "from core.payments.services.rows import COLUMNS; print([c.type for c in COLUMNS][2])"
    run = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "CHAR(32)"


def test_the_command_fills_an_empty_folder_in_a_process_of_its_own(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.run(
        [sys.executable, "-m", "core.cli", "demo", "--fill-only"],
        cwd=ROOT,
        env={**kept, "BANYAN_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "admin@demo.banyan" in run.stdout
