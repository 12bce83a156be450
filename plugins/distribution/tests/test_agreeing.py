"""Distributors are asked to agree when the rules changed, or when staff named them."""

import pytest

from plugins.distribution.services.distributors import RULES_VERSION, distributor


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url  # what pages ask both databases for is in the contract's and services' tests


OWN = {"Origin": "http://localhost"}
CENTRE, RULES = "/x/distribution/", "/x/distribution/rules"


@pytest.fixture
def agreed(shop):
    """Which rules a member agreed to, or set it: ``agreed(member, "2025-07")``."""

    def run(member, version=None):
        with shop.database.write() as session:
            row = distributor(session, member.id)
            if version is not None:
                row.rules_version = version
            return row.rules_version

    return run


@pytest.mark.parametrize(
    ("version", "why"),
    [("", "you have not agreed to them yet"), ("2025-07", "They have changed since you agreed")],
)
def test_the_centre_asks_until_they_agree(programme, make_member, sign_in, agreed, version, why):
    member = make_member("甲")
    programme.name(member)
    agreed(member, version)
    browser = sign_in(member)
    assert why in browser.get(f"{CENTRE}?lang=en").text
    assert f'value="{RULES_VERSION}"' in browser.get(f"{RULES}?lang=en").text

    browser.post(RULES, data={"rules": "2025-07"}, headers=OWN)
    browser.post(RULES, headers=OWN)
    assert agreed(member) == version
    browser.post(RULES, data={"rules": RULES_VERSION}, headers=OWN)
    assert agreed(member) == RULES_VERSION
    assert why not in browser.get(f"{CENTRE}?lang=en").text
    assert 'id="agree"' not in browser.get(RULES).text


def test_they_earn_while_they_are_asked(programme, chain, agreed, make_order, outbox):
    assert agreed(chain.first) == ""
    order = make_order([("POT", 1, 26_800)], member=chain.buyer)
    outbox.drain()
    assert [row.amount_fen for row in programme.rows(order.id)] == [2680, 1340, 536]


def test_strangers_agree_to_nothing(programme, make_member, sign_in):
    answer = sign_in(make_member("乙")).post(RULES, data={"rules": RULES_VERSION}, headers=OWN)
    assert answer.status_code == 404


def test_staff_reads_who_is_still_asked(programme, make_member, make_staff, sign_in, agreed):
    member = make_member("甲")
    programme.name(member)
    page = f"/admin/x/distribution/distributors/{member.id}?lang=en"
    merchant = sign_in(make_staff(), "staff")
    assert f"is asked to agree to those of {RULES_VERSION}" in merchant.get(page).text
    agreed(member, RULES_VERSION)
    assert "is asked to agree" not in merchant.get(page).text
