import pytest

from core.kernel.errors import Conflict, NotFound
from core.ledger.services import platform_balance
from core.orders import services as orders
from core.orders.states import OrderStatus
from core.orders.types import ConfirmVerdict
from core.payments import services as payments
from core.payments.types import PaymentOutcome, PaymentResult
from core.settings.rules import BindingPolicy
from core.settings.services import save_settings
from core.sharing import services as sharing
from tests.integration.orders.trading import counted


def test_a_payment_that_fits_makes_the_order_paid(trade):
    buyer, pot = trade.buyer(), trade.ware(5000, 10, cost_fen=2000)
    placed = trade.place(buyer, (pot, 2))

    outcome = trade.pay(placed)

    assert outcome.verdict == ConfirmVerdict.CONFIRMED
    assert outcome.is_paid
    order = trade.order(placed)
    assert (order.status, order.paid_fen) == (OrderStatus.TO_SHIP, 10_000)
    assert [entry.kind for entry in order.timeline] == ["placed", "paid"]
    assert trade.stock(pot) == (8, 0)
    assert trade.sold(pot) == 2
    assert trade.platform("gateway:sandbox") == 10_000
    trade.check_books()


def test_the_fact_of_payment_carries_lines_uplines_and_amounts(trade):
    grandmother, mother, buyer = trade.buyer(), trade.buyer(), trade.buyer()
    with trade.write() as session:
        sharing.bind(session, mother.id, grandmother.id, reason="test")
        sharing.bind(session, buyer.id, mother.id, reason="test")
    pot = trade.ware(5000, cost_fen=2000)

    placed = trade.place(buyer, (pot, 2))
    with trade.write() as session:
        sharing.transfer(session, buyer.id, grandmother.id, actor="staff:x", reason="moved")
    trade.pay(placed)

    (paid,) = trade.facts("order_paid")
    (line,) = paid.lines
    assert (line.quantity, line.paid_fen, line.cost_fen) == (2, 10_000, 4000)
    assert (paid.goods_fen, paid.freight_fen, paid.total_fen) == (10_000, 0, 10_000)
    # A transfer moves future orders only.
    assert [(link.level, link.member_id) for link in paid.chain] == [
        (1, mother.id),
        (2, grandmother.id),
    ]
    (succeeded,) = trade.facts("payment_succeeded")
    assert succeeded.amount_fen == 10_000


def test_the_same_word_again_changes_nothing(trade):
    buyer, pot = trade.buyer(), trade.ware(stock=10)
    placed = trade.place(buyer, (pot, 1))
    word = trade.word(trade.attempt(placed))

    verdicts = [trade.confirm(word).verdict for _ in range(5)]

    assert verdicts == [ConfirmVerdict.CONFIRMED] + [ConfirmVerdict.REPEATED] * 4
    assert len(trade.facts("order_paid")) == 1
    assert trade.stock(pot) == (9, 0)
    assert trade.sold(pot) == 1
    trade.check_books()


@pytest.mark.parametrize("paid_fen", [1, 5999, 6001, 600_000])
def test_a_wrong_amount_goes_to_suspense_and_back_and_the_order_stays_unpaid(trade, paid_fen):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    word = trade.word(trade.attempt(placed), amount_fen=paid_fen)

    outcomes = [trade.confirm(word) for _ in range(3)]

    assert [outcome.verdict for outcome in outcomes] == [
        ConfirmVerdict.SUSPENDED,
        ConfirmVerdict.REPEATED,
        ConfirmVerdict.REPEATED,
    ]
    assert not outcomes[0].is_paid
    assert trade.order(placed).status == OrderStatus.UNPAID
    assert trade.stock(pot) == (100, 1)
    (fact,) = trade.facts("payment_suspended")
    assert (fact.kind, fact.amount_fen) == ("wrong_amount", paid_fen)
    with trade.read() as session:
        (refund,) = payments.refunds_of(session, placed.order_id)
    assert refund.amount_fen == paid_fen
    trade.check_books()


def test_suspended_money_that_went_back_is_told_in_the_orders_story(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    trade.confirm(trade.word(trade.attempt(placed), amount_fen=1))
    with trade.write() as session:
        (refund,) = payments.refunds_of(session, placed.order_id)
        orders.refund_done(session, refund.id)
    with trade.write() as session:
        orders.refund_done(session, refund.id)

    kinds = [entry.kind for entry in trade.order(placed).timeline]
    assert kinds.count("money_returned") == 1
    assert trade.platform("gateway:sandbox") == 0
    trade.check_books()


@pytest.mark.parametrize("end", ["cancelled", "expired"])
def test_money_for_a_dead_order_goes_back_and_the_order_stays_dead(trade, end):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    word = trade.word(trade.attempt(placed))
    if end == "cancelled":
        with trade.write() as session:
            orders.cancel_order(session, placed.order_no, actor="test", reason="不要了")
    else:
        trade.advance(minutes=31)
        with trade.write() as session:
            assert orders.expire_unpaid(session) == 1

    outcome = trade.confirm(word)

    assert outcome.verdict == ConfirmVerdict.SUSPENDED
    assert trade.order(placed).status == end
    assert trade.stock(pot) == (100, 0)
    assert trade.facts("payment_suspended")[0].kind == "dead_order"
    assert trade.facts("order_paid") == []
    trade.check_books()


def test_a_second_payment_goes_back_and_counts_nothing_twice(trade):
    buyer, pot = trade.buyer(), trade.ware(5000, 10)
    placed = trade.place(buyer, (pot, 1))
    first, second = trade.attempt(placed, "sandbox"), trade.attempt(placed, "other")

    outcomes = [trade.confirm(trade.word(attempt)) for attempt in (first, second)]

    assert [outcome.verdict for outcome in outcomes] == [
        ConfirmVerdict.CONFIRMED,
        ConfirmVerdict.SUSPENDED,
    ]
    assert trade.order(placed).paid_fen == 6000
    assert trade.stock(pot) == (9, 0)
    assert trade.facts("payment_suspended")[0].kind == "second_payment"
    trade.check_books()


def test_a_failure_leaves_the_order_open_and_a_later_success_pays_it(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    attempt = trade.attempt(placed)

    failed = trade.confirm(trade.word(attempt, PaymentOutcome.FAILED, 0, "no money"))
    pending = trade.confirm(trade.word(attempt, PaymentOutcome.PENDING, 0))
    paid = trade.confirm(trade.word(attempt))

    assert failed.verdict == ConfirmVerdict.FAILED
    assert pending.verdict in {ConfirmVerdict.PENDING, ConfirmVerdict.REPEATED}
    assert paid.verdict == ConfirmVerdict.CONFIRMED
    assert len(trade.facts("payment_failed")) == 1


def test_money_that_comes_after_the_hour_but_before_the_job_still_counts(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    placed = trade.place(buyer, (pot, 1))
    word = trade.word(trade.attempt(placed))
    trade.advance(hours=2)

    assert trade.confirm(word).verdict == ConfirmVerdict.CONFIRMED
    with trade.write() as session:
        assert orders.expire_unpaid(session) == 0


def test_word_of_a_payment_nobody_started_is_not_found(trade):
    word = PaymentResult("P404", "ref", PaymentOutcome.SUCCEEDED, 100)

    with pytest.raises(NotFound):
        trade.confirm(word)


def test_a_paid_order_cannot_be_cancelled(trade):
    buyer, pot = trade.buyer(), trade.ware()
    placed = trade.bought(buyer, (pot, 1))

    with pytest.raises(Conflict), trade.write() as session:
        orders.cancel_order(session, placed.order_no, actor="test", reason="")


@pytest.mark.parametrize("lines", [1, 12])
def test_confirming_takes_at_most_fourteen_statements_whatever_the_size(trade, lines):
    buyer = trade.buyer()
    placed = trade.place(buyer, *[(trade.ware(1000 + n), 1) for n in range(lines)])
    word = trade.word(trade.attempt(placed))

    with trade.write() as session, counted(trade.database) as sent:
        orders.confirm_payment(session, word)

    assert len(sent) <= 14, "\n".join(sent)


def test_a_first_payment_binds_where_the_policy_says_so_and_leaves_the_order_alone(trade):
    trade.set(binding=BindingPolicy.FIRST_PAYMENT)
    with trade.write() as session:
        save_settings(session, {"binding": str(BindingPolicy.FIRST_PAYMENT)})
    sharer, buyer, pot = trade.buyer(), trade.buyer(), trade.ware()
    with trade.write() as session:
        link = sharing.create_share(session, sharer.id, "product", str(pot.product_id), "link")
        sharing.record_visit(
            session, link.token, visitor="browser", member_id=buyer.id, kind="visit"
        )

    placed = trade.place(buyer, (pot, 1), visitor="browser")
    trade.pay(placed)
    later = trade.place(buyer, (pot, 1))

    assert trade.facts("order_paid")[0].chain == ()
    assert trade.order(later).chain == ((1, sharer.id),)


def test_the_receipt_is_booked_from_sales_to_the_gateway(trade):
    buyer, pot = trade.buyer(), trade.ware(5000)
    trade.bought(buyer, (pot, 1))

    with trade.read() as session:
        assert platform_balance(session, "gateway:sandbox") == 6000
        assert platform_balance(session, "sales") == -6000
