import pytest

from core.api.errors import InvalidInput, Rejected
from plugins.distribution import commands
from plugins.distribution.services.distributors import states_of
from plugins.distribution.services.programmes import acknowledgements, current


class Context:
    """What a command gets of the host."""

    settings: dict = {}

    def __init__(self, shop):
        self.write, self.read = shop.database.write, shop.database.read


@pytest.fixture
def context(shop):
    return Context(shop)


def test_the_plan_is_shown_and_published(context):
    assert commands.plan(context, [])["version"] == 0

    published = commands.plan(context, ["10%", "5.5", "2", "--joining=open", "--acknowledge=店主"])

    assert published["plans"][0]["rate"]["levels"] == [1000, 550, 200]
    assert commands.plan(context, []) == published


def test_three_levels_need_a_name(context):
    with pytest.raises(Rejected):
        commands.plan(context, ["10", "5", "2"])
    with context.read() as session:
        assert current(session).version == 0


def test_what_one_person_acknowledged_counts_for_nobody_else(context):
    commands.plan(context, ["10", "5", "2", "--acknowledge=店主"])

    with pytest.raises(Rejected):
        commands.plan(context, ["9", "5", "2"])
    commands.plan(context, ["8", "5", "2", "--acknowledge=店员"])
    with context.read() as session:
        assert [each.actor_name for each in acknowledgements(session)] == ["店员", "店主"]


@pytest.mark.parametrize("arguments", [["ten"], ["--joining=later"], ["10", "--depth=3"]])
def test_what_is_not_understood_says_how_to_use_it(context, arguments):
    with pytest.raises(Rejected, match="Usage"):
        commands.plan(context, arguments)


def test_a_plan_that_could_not_be_paid_is_refused(context):
    with pytest.raises(InvalidInput):
        commands.plan(context, ["101"])


def test_the_demo_gets_a_plan_and_distributors_once(context, make_member):
    members = [make_member(name) for name in "甲乙"]
    ids = [str(member.id) for member in members]

    assert commands.demo(context, ids) == {"distributors": 2}
    assert commands.demo(context, ids) == {"distributors": 0}
    with context.read() as session:
        assert current(session).version == 1
        assert set(states_of(session, [m.id for m in members]).values()) == {"active"}
    with pytest.raises(Rejected):
        commands.demo(context, ["nobody"])
