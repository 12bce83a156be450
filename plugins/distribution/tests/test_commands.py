import pytest

from core.api.errors import Forbidden, InvalidInput, NotFound, Rejected
from core.host.work import Work
from core.staff.services import list_audit, staff_by_email, update_staff
from plugins.distribution import commands
from plugins.distribution.services.distributors import states_of
from plugins.distribution.services.programmes import (
    NOTICE_VERSION,
    acknowledgements,
    current,
    has_acknowledged,
    history,
)

EMAIL = "boss@example.com"


@pytest.fixture
def context(shop, maker):
    """What a command gets of the host, in a store with two owners and a clerk."""
    maker.staff("owner", email=EMAIL, name="店主")
    maker.staff("owner", email="second@example.com", name="合伙人")
    maker.staff("clerk", email="clerk@example.com", name="店员")
    return Work(shop, actor="cli:somebody")


@pytest.fixture
def audited(shop):
    """The audit log's lines on plans, newest first."""

    def read():
        with shop.database.read() as session:
            return [
                each
                for each in list_audit(session).items
                if each.action == "distribution.plan.publish"
            ]

    return read


def test_the_plan_is_shown_and_published(context, audited):
    assert commands.plan(context, [])["version"] == 0

    published = commands.plan(
        context, ["10%", "5.5", "2", "--joining=open", f"--acknowledge={EMAIL}"]
    )

    assert published["plans"][0]["rate"]["levels"] == [1000, 550, 200]
    assert commands.plan(context, []) == published
    (line,) = audited()
    assert (line.actor, line.object_ref) == ("cli:somebody", "1")
    assert line.after["confirmed_by"] == EMAIL
    assert line.after["acknowledged_notice"] == NOTICE_VERSION


def test_two_levels_are_published_in_the_name_of_whoever_ran_the_command(context, audited):
    commands.plan(context, ["10%", "5"])
    (line,) = audited()
    assert line.actor == "cli:somebody"
    assert "confirmed_by" not in line.after
    with context.read() as session:
        assert history(session)[0].actor == "cli:somebody"


@pytest.mark.parametrize(
    ("email", "error"),
    [("nobody@example.com", NotFound), ("店主", NotFound), ("clerk@example.com", Forbidden)],
)
def test_only_staff_who_may_publish_can_have_read_the_notice(context, audited, email, error):
    with pytest.raises(error):
        commands.plan(context, ["10", "5", "2", f"--acknowledge={email}"])
    with context.read() as session:
        assert current(session).version == 0
        assert not acknowledgements(session)
    assert not audited()


def test_who_works_here_no_longer_confirms_nothing(context, shop):
    with shop.database.write() as session:
        person = staff_by_email(session, EMAIL)
        update_staff(session, person.id, is_active=False)
    with pytest.raises(Forbidden):
        commands.plan(context, ["10", "5", "2", f"--acknowledge={EMAIL}"])


def test_a_notice_that_was_confirmed_on_the_command_line_is_not_asked_again_in_admin(context, shop):
    commands.plan(context, ["10", "5", "2", f"--acknowledge={EMAIL}"])
    with shop.database.read() as session:
        assert has_acknowledged(session, staff_by_email(session, EMAIL).actor)


def test_three_levels_need_a_name(context):
    with pytest.raises(Rejected):
        commands.plan(context, ["10", "5", "2"])
    with context.read() as session:
        assert current(session).version == 0


def test_what_one_person_acknowledged_counts_for_nobody_else(context):
    commands.plan(context, ["10", "5", "2", f"--acknowledge={EMAIL}"])

    with pytest.raises(Rejected):
        commands.plan(context, ["9", "5", "2"])
    commands.plan(context, ["8", "5", "2", "--acknowledge=Second@example.com"])
    with context.read() as session:
        assert [each.actor_name for each in acknowledgements(session)] == ["合伙人", "店主"]


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
