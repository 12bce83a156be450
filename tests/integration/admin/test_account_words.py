"""Accounts and journals that a plugin brings are read in words, in both languages."""

import re

import pytest

from core.ledger.services import PLATFORM, Leg, book, member_owner
from core.web.admin.showing import humanised

KINDS = ("pending", "frozen", "available", "reserved", "paid")


@pytest.fixture
def distributor(shop, maker, enable_plugin):
    """A member with money on every account that the distribution plugin brings."""
    enable_plugin("distribution")
    member = maker.member("上级")
    legs = [Leg(member_owner(member.id), f"commission_{kind}", 100) for kind in KINDS]
    with shop.database.write() as session:
        book(
            session,
            key="test",
            kind="commission_accrued",
            reference="test",
            actor="test",
            legs=[*legs, Leg(PLATFORM, "commission_expense", -500)],
        )
    return member


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "可提现佣金"), ("en", "Commission available")]
)
def test_a_ledger_shows_no_raw_account_of_a_plugin(open_admin, distributor, language, word):
    page = open_admin(language=language).page(f"/admin/members/{distributor.id}/ledger")
    text = re.sub(r"<[^>]+>", " ", page)

    assert word in text
    assert language == "en" or "Commission" not in text
    assert "commission_" not in text


def test_a_key_without_a_name_is_still_read_as_words():
    assert humanised("commission_available") == "Commission available"
