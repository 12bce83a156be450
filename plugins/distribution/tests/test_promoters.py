"""Others learn by the trunk's door who may promote, and never which programme says so."""

import pytest

from core.api.testing.costs import statements_sent
from core.api.web import is_promoter
from plugins.distribution.rules import Joining
from plugins.distribution.services.distributors import DistributorState


@pytest.fixture
def asked(app):
    """Ask the door as a page would."""

    def ask(member):
        with app.test_request_context("/"):
            return is_promoter(member.id)

    return ask


def test_active_distributors_are_promoters_and_nobody_else_is(asked, programme, make_member):
    programme.publish(1000, joining=Joining.APPLICATION)
    active, frozen, other = make_member("甲"), make_member("乙"), make_member("丙")
    programme.name(active, frozen)
    programme.move(frozen, DistributorState.FROZEN, "测试")

    assert [asked(each) for each in (active, frozen, other)] == [True, False, False]


def test_nobody_promotes_while_distribution_is_off(asked, programme, make_member, shop):
    programme.publish(1000, joining=Joining.EVERYONE)
    member = make_member("甲")
    assert asked(member)
    shop.plugins.disable("distribution", "staff:test")
    assert not asked(member)


def test_a_page_asks_once(app, shop, asked, programme, make_member):
    programme.publish(1000, joining=Joining.APPLICATION)
    member = make_member("甲")
    asked(member)  # what the process reads once
    with app.test_request_context("/"), statements_sent(shop) as sent:
        assert not is_promoter(member.id)
        assert not is_promoter(member.id)
    assert len(sent) == 1
