"""What a hold rests on is kept with it, and stands on the board in words."""

import pytest

from core.api.clock import now
from plugins.distribution.models import Hold
from plugins.distribution.services.holds import list_cases

ROOT = "/admin/x/distribution/fraud"
OWN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # the watch itself is tried on both databases


@pytest.fixture
def merchant(make_staff, sign_in):
    return sign_in(make_staff(name="店主"), "staff")


def test_the_board_tells_what_each_hold_rests_on_and_who_decided(
    suspicious, sell, merchant, make_staff, sign_in, shop, held
):
    order, first = sell(), suspicious.first
    rest = {
        "phone": {"order": 1, "buyer": 0},
        "device": {"order": 2, "buyer": 2},
        "browser": {"order": 1, "buyer": 1},
        "account": {"order": 1, "buyer": 3},
        "burst": {"bound": 35, "usual": 20},
        "loop": {"order_no": "2026112900000001"},
    }
    with shop.database.write() as session:
        for reason, evidence in rest.items():
            hold = Hold(order_id=order.id, beneficiary_id=first.id, reason=reason, at=now())
            hold.evidence = evidence
            session.add(hold)
    sentences = [
        "The receiver’s number is that of the distributor’s account.",
        "The order goes to an address in the distributor’s address book.",
        "Their address books have 1 address in common.",
        "2 browsers were used by both to open share links.",
        "Both signed in from 1 network with the same kind of browser.",
        "The order was paid from an account of the distributor’s.",
        "3 accounts belong to both: paid from, or named for payouts.",
        "35 people came to the distributor in the hour before; up to 20 are usual.",
        "In the 30 days before, the buyer earned on the distributor’s order 2026112900000001.",
    ]
    page = merchant.get(f"{ROOT}?lang=en").text
    assert [each for each in sentences if each not in page] == []

    clerk = sign_in(make_staff(name="小周"), "staff")
    case = {"pick": f"{order.id}/{first.id}", "do": "release", "note": "一家人"}
    clerk.post(ROOT, data=case, headers=OWN)
    assert "已放行 1 笔" in clerk.get(f"{ROOT}?lang=zh").text
    page = merchant.get(f"{ROOT}?lang=en&state=released").text
    assert "by 小周" in page
    assert "“一家人”" in page


def test_a_loop_rests_on_the_newest_order_the_other_way_round(
    programme, chain, transfer, sell, shop
):
    sell()
    newest = sell()
    programme.name(chain.buyer)
    transfer(chain.first, None)
    transfer(chain.buyer, None)
    transfer(chain.first, chain.buyer)
    sell(chain.first)

    with shop.database.read() as session:
        (case,), _total = list_cases(session, limit=10)
    assert case.reasons == {"loop": {"order_no": newest.order_no}}
