"""Thresholds from what members really brought in, from the shop and from a file."""

import pytest

from core.api.db import new_id
from core.api.errors import Rejected
from core.host.work import Work
from plugins.membership.commands import propose
from plugins.membership.rules.starting import new_tier
from plugins.membership.services import ladder, proposing
from plugins.membership.services.reading import tiers

FILE = """InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID
1,A,10,2011-01-01 10:00:00,3.00,1.0
2,A,1,2011-01-01 10:00:00,5.50,2.0
C3,A,-1,2011-01-02 10:00:00,5.50,2.0
4,A,2,2011-01-02 10:00:00,100.00,3.0
5,A,1,2011-01-02 10:00:00,9.99,
6,A,x,2011-01-02 10:00:00,9.99,4.0
7,B,1,2011-01-02 10:00:00,500.00,5.0
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "invoices.csv"
    path.write_text(FILE)
    return path


def test_spend_is_counted_net_of_refunds_within_the_window(
    shop, club, make_member, make_order, maker, outbox, clock
):
    club.ladder(0, 100)
    kept, back, early = (make_member() for _ in range(3))
    make_order([("POT", 1, 20_000)], member=early)
    clock.advance(days=40)
    make_order([("POT", 1, 20_000)], member=kept, received=True)
    order = make_order([("CUP", 3, 3000)], member=back)
    maker.refund(order, {"CUP": 1})
    outbox.drain()
    with shop.database.read() as session:
        month = proposing.of_shop(session, 30)
        ever = proposing.of_shop(session, 0)

    assert sorted(month.growth) == [60, 200]
    assert sorted(ever.growth) == [60, 200, 200]
    assert month.spent_fen == 26_000
    assert dict(zip(month.growth, month.places, strict=True)) == {60: 1, 200: 2}


def test_a_file_is_read_by_customer_and_what_is_no_line_is_passed_over(file):
    found = proposing.of_file(file, (), 100)

    assert sorted(found.growth) == [30, 200, 500]
    assert found.spent_fen == 73_000


def test_the_command_tells_thresholds_and_moves_and_changes_nothing(shop, club, file):
    club.ladder(0, 100)
    work = Work(shop, {})
    told = propose(work, ["--shares=67,33", "--data", str(file)])

    assert [(each["from"], each["members"]) for each in told["tiers"]] == [(0, 2), (500, 1)]
    assert told["against_today"] == {"up": 0, "down": 1, "same": 2}
    with shop.database.read() as session:
        assert ladder.draft(session) is None


@pytest.mark.parametrize(
    "arguments", [[], ["--shares"], ["--shares=a,b"], ["--what=1"], ["--shares=50,50", "--days=x"]]
)
def test_arguments_that_are_not_understood_are_refused(shop, club, arguments):
    with pytest.raises(Rejected):
        propose(Work(shop, {}), arguments)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", ""])
def test_a_file_without_the_columns_is_refused(tmp_path, text):
    (tmp_path / "odd.csv").write_text(text)
    with pytest.raises(Rejected, match="lacks"):
        proposing.of_file(tmp_path / "odd.csv", (), 100)
    with pytest.raises(Rejected, match="cannot be read"):
        proposing.of_file(tmp_path / "none.csv", (), 100)


def test_a_proposal_becomes_a_draft_with_the_tiers_that_are_there(shop, club):
    base, _silver = club.ladder(0, 100)
    with shop.database.write() as session:
        found = proposing.Contributions((1, 2, 300), (1, 1, 2), 0)
        proposal = proposing.proposal(found, (3400, 3300, 3300), tiers(session))
        fresh = [new_tier(place, new_id()) for place in range(3)]
        draft = proposing.draft_of(session, proposal.tiers, fresh, "test")

    assert [tier.threshold for tier in draft] == [each.threshold for each in proposal.tiers]
    assert draft[0].id == base
    with shop.database.read() as session:
        assert [tier.threshold for tier in tiers(session)] == [0, 100]
        assert ladder.draft(session) == tuple(draft)
