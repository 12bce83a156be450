import pytest
import sqlalchemy as sa

from core.kernel.clock import now
from core.kernel.errors import PluginError, Rejected
from core.settings.rules import StoreSettings
from core.sharing.services import (
    bind,
    bind_on_order,
    bind_on_payment,
    bind_on_registration,
    bind_on_visit,
    claim_visits,
    create_share,
    no_check,
    record_visit,
    referral_of,
)
from core.sharing.types import Verdict
from tests.integration.people import facts, statements
from tests.integration.sharing.looking import chain, story

V = "visitor-0001"


@pytest.fixture
def opens(database):
    """`opens(sharer)`: the visitor opens a link of this member."""

    def run(sharer, member_id=None, visitor=V):
        with database.write() as session:
            link = create_share(session, sharer, "store", "")
            record_visit(session, link.token, visitor=visitor, member_id=member_id)
        return link

    return run


@pytest.fixture
def moment(database):
    """`moment(bind_on_visit, member_id, "first_visit")`: a moment under a policy."""

    def run(function, member_id, policy, *, days=0, check=no_check, visitor=V, **more):
        settings = StoreSettings(binding=policy, protection_days=days)
        with database.write() as session:
            return function(session, member_id, visitor, settings=settings, check=check, **more)

    return run


@pytest.mark.parametrize("policy", ["first_visit", "registration", "first_order", "first_payment"])
def test_each_policy_binds_at_its_own_moment_only(make_member, opens, moment, policy):
    a, newcomer = make_member(), make_member()
    opens(a)
    moments = {
        "registration": bind_on_registration,
        "first_visit": bind_on_visit,
        "first_order": bind_on_order,
        "first_payment": bind_on_payment,
    }
    bound_by = {
        name
        for name, function in moments.items()
        if name != policy and moment(function, newcomer, policy).verdict == Verdict.BOUND
    }
    assert bound_by == ({"registration"} if policy == "first_visit" else set())
    if policy != "first_visit":
        assert moment(moments[policy], newcomer, policy).verdict == Verdict.BOUND


def test_at_first_visit_a_signed_in_member_is_bound_at_once(database, make_member, opens, moment):
    a, b, member_id = make_member(), make_member(), make_member()
    link = opens(a, member_id)
    assert moment(bind_on_visit, member_id, "first_visit").referrer_id == a
    opens(b, member_id)
    assert moment(bind_on_visit, member_id, "first_visit").verdict == Verdict.KEPT
    with database.read() as session:
        assert referral_of(session, member_id).share_id == link.id


def test_at_first_visit_a_guest_is_bound_at_registration_to_the_first_link(
    database, make_member, opens, moment, days
):
    a, b, newcomer = make_member(), make_member(), make_member()
    opens(a)
    days(1)
    opens(b)
    assert moment(bind_on_registration, newcomer, "first_visit").referrer_id == a


def test_at_registration_the_last_link_opened_wins(make_member, opens, moment):
    a, b, newcomer = make_member(), make_member(), make_member()
    for sharer in (a, b, a):  # the same day: coming back to A counts
        opens(sharer)
    assert moment(bind_on_registration, newcomer, "registration").referrer_id == a


def test_at_registration_a_member_of_long_standing_is_not_bound(make_member, opens, moment):
    a, member_id = make_member(), make_member()
    opens(a, member_id)
    for function in (bind_on_visit, bind_on_order, bind_on_payment):
        assert moment(function, member_id, "registration").verdict == Verdict.NONE


def test_at_first_order_the_last_referrer_before_the_order_wins(make_member, opens, moment, days):
    a, b, member_id = make_member(), make_member(), make_member()
    opens(a)
    days(2)
    opens(b, member_id)
    assert moment(bind_on_order, member_id, "first_order").referrer_id == b


def test_a_later_order_does_not_bind_for_life(make_member, opens, moment):
    a, member_id = make_member(), make_member()
    opens(a, member_id)
    outcome = moment(bind_on_order, member_id, "first_order", is_first=False)
    assert outcome.verdict == Verdict.NONE


def test_at_first_payment_the_links_opened_as_a_guest_count(database, make_member, opens, moment):
    a, member_id = make_member(), make_member()
    opens(a)
    with database.write() as session:
        claim_visits(session, V, member_id)
    outcome = moment(bind_on_payment, member_id, "first_payment", visitor=None)
    assert outcome.referrer_id == a


def test_placing_an_order_remembers_the_guest_for_the_payment(make_member, opens, moment):
    a, member_id = make_member(), make_member()
    opens(a)
    moment(bind_on_order, member_id, "first_payment")
    assert moment(bind_on_payment, member_id, "first_payment", visitor=None).referrer_id == a


def test_links_of_another_member_on_the_same_browser_do_not_count(make_member, opens, moment):
    a, other, newcomer = make_member(), make_member(), make_member()
    opens(a, other)
    assert moment(bind_on_registration, newcomer, "registration").verdict == Verdict.NONE


def test_a_plugin_may_refuse_and_the_member_stays_unbound(database, make_member, opens, moment):
    a, newcomer = make_member(), make_member()
    asked = []

    def check(hook, *, session, member_id, referrer_id, by_staff):
        asked.append((hook, member_id, referrer_id, by_staff))
        raise Rejected("distribution.frozen", "This distributor is frozen.")

    def broken(hook, *, session, **_told):
        with pytest.raises(sa.exc.DBAPIError) as fault:
            session.execute(sa.text("SELECT nothing FROM nowhere"))
        raise PluginError("plugins.failed", "The plugin failed.") from fault.value

    opens(a)
    outcome = moment(bind_on_registration, newcomer, "registration", check=check)
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "distribution.frozen")
    assert asked == [("check_bind_referral", newcomer, a, False)]
    outcome = moment(bind_on_registration, newcomer, "registration", check=broken)
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "plugins.failed")
    assert chain(database, newcomer) == []


def test_a_click_never_replaces_a_living_referral(database, make_member, opens, moment):
    a, b, member_id = make_member(), make_member(), make_member()
    with database.write() as session:
        bind(session, member_id, a, reason="test", protection_days=30)
    for policy, function in (
        ("first_visit", bind_on_visit),
        ("first_order", bind_on_order),
        ("first_payment", bind_on_payment),
        ("registration", bind_on_registration),
    ):
        opens(b, member_id)
        moment(function, member_id, policy)
    with database.write() as session:
        assert bind(session, member_id, b, reason="test").verdict == Verdict.KEPT
    assert chain(database, member_id) == [a]


def test_protection_ends_and_the_next_link_may_bind(database, make_member, opens, moment, days):
    a, b, member_id = make_member(), make_member(), make_member()
    opens(a, member_id)
    assert moment(bind_on_order, member_id, "first_order", days=30).verdict == Verdict.BOUND
    days(29.9)
    assert chain(database, member_id) == [a]
    days(0.2)
    assert chain(database, member_id) == []
    opens(b, member_id)
    outcome = moment(bind_on_order, member_id, "first_order", days=30, is_first=False)
    assert outcome.referrer_id == b
    assert [kind for kind, _ in story(database, member_id)] == ["bound", "expired", "bound"]


def test_each_order_renews_protection(database, make_member, moment, days):
    a, member_id = make_member(), make_member()
    with database.write() as session:
        bind(session, member_id, a, reason="test", protection_days=30)
    for _ in range(3):
        days(20)
        assert moment(bind_on_order, member_id, "registration", days=30).verdict == Verdict.KEPT
    with database.read() as session:
        left = referral_of(session, member_id).protected_until - now()
    assert 29 < left.total_seconds() / 86_400 <= 30
    assert [kind for kind, _ in story(database, member_id)] == ["bound", *["renewed"] * 3]


def test_an_order_does_not_revive_what_is_over(database, make_member, moment, days):
    a, member_id = make_member(), make_member()
    with database.write() as session:
        bind(session, member_id, a, reason="test", protection_days=30)
    days(31)
    assert moment(bind_on_order, member_id, "registration", days=30).verdict == Verdict.NONE
    assert chain(database, member_id) == []


def test_a_binding_is_told_as_a_fact_and_kept_as_an_event(database, make_member, opens, moment):
    a, newcomer = make_member(), make_member()
    opens(a)
    moment(bind_on_registration, newcomer, "registration")
    (fact,) = facts(database, "referral_bound")
    assert (fact["member_id"], fact["referrer_id"]) == (str(newcomer), str(a))
    assert (fact["previous_referrer_id"], fact["reason"]) == (None, "registration")
    assert story(database, newcomer) == [("bound", "registration")]


def test_an_order_under_a_lasting_policy_asks_nothing(database, make_member):
    member_id, settings = make_member(), StoreSettings()
    with database.write() as session, statements(database) as sent:
        bind_on_order(session, member_id, None, settings=settings, check=no_check)
        bind_on_visit(session, member_id, V, settings=settings, check=no_check)
        bind_on_payment(session, member_id, None, settings=settings, check=no_check)
    assert sent == []


def test_nobody_refers_themselves_by_their_own_link(database, make_member, opens, moment):
    member_id = make_member()
    opens(member_id)  # opened before signing in
    assert moment(bind_on_order, member_id, "first_order").verdict == Verdict.NONE
    with database.write() as session:
        outcome = bind(session, member_id, member_id, reason="test")
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "referral.oneself")
