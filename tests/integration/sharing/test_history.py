"""Any history of binds, transfers, locks, orders and passing days, against a model in Python."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.db.engine import Database
from core.kernel import clock
from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.members.models import Member
from core.settings.rules import StoreSettings
from core.sharing.models import Referral, ReferralEvent, ReferralTeam
from core.sharing.services import (
    bind,
    bind_on_order,
    chain_of,
    expire_referrals,
    no_check,
    set_lock,
    transfer,
)
from core.sharing.types import Verdict
from tests.integration.sharing.forest import check_forest

PEOPLE = [UUID(int=number) for number in range(1, 9)]
WHO = st.integers(0, len(PEOPLE) - 1)
DAYS = st.sampled_from([0, 3, 10])


class Model:
    """The referral graph as a dictionary: member → [referrer, last day or None, locked]."""

    def __init__(self) -> None:
        self.today = 0
        self.edges: dict[int, list] = {}

    def is_over(self, member: int) -> bool:
        _, until, is_locked = self.edges[member]
        return not is_locked and until is not None and until <= self.today

    def path(self, start: int) -> list[int]:
        """Members whose edges lead from `start` to the root."""
        found = []
        while start in self.edges:
            found.append(start)
            start = self.edges[start][0]
        return found

    def drop_dead(self, members: list[int]) -> None:
        for member in members:
            if self.is_over(member):
                del self.edges[member]

    def until(self, days: int) -> int | None:
        return self.today + days if days else None

    def chain(self, member: int) -> list[int]:
        found: list[int] = []
        while member in self.edges and not self.is_over(member) and len(found) < 3:
            member = self.edges[member][0]
            found.append(member)
        return found


class Histories(RuleBasedStateMachine):
    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        clock.set_offset(0)
        with self.database.write() as session:
            for table in (Referral, ReferralTeam, ReferralEvent):
                session.execute(sa.delete(table))

    def teardown(self) -> None:
        clock.set_offset(0)

    @rule(member=WHO, referrer=WHO, days=DAYS)
    def bind(self, member: int, referrer: int, days: int) -> None:
        with self.database.write() as session:
            outcome = bind(
                session, PEOPLE[member], PEOPLE[referrer], reason="x", protection_days=days
            )
        assert outcome.verdict == self.expected_bind(member, referrer, days)

    def expected_bind(self, member: int, referrer: int, days: int) -> Verdict:
        model = self.model
        if member == referrer:
            return Verdict.REFUSED
        if member in model.edges and not model.is_over(member):
            return Verdict.KEPT
        path = model.path(referrer)
        model.edges.pop(member, None)
        model.drop_dead([lower for lower in path if lower in model.edges])
        if member in [model.edges[lower][0] for lower in model.path(referrer)]:
            return Verdict.REFUSED
        model.edges[member] = [referrer, model.until(days), False]
        return Verdict.BOUND

    @rule(member=WHO, referrer=st.none() | WHO, days=DAYS)
    def transfer(self, member: int, referrer: int | None, days: int) -> None:
        model = self.model
        edge = model.edges.get(member)
        new_id = None if referrer is None else PEOPLE[referrer]
        refused: type[Exception] | None = None
        if referrer == member or (edge and edge[2]):
            refused = Rejected
        elif (edge[0] if edge else None) == referrer:
            refused = InvalidInput
        try:
            with self.database.write() as session:
                transfer(
                    session,
                    PEOPLE[member],
                    new_id,
                    actor="staff",
                    reason="x",
                    protection_days=days,
                )
        except (Rejected, InvalidInput) as error:
            if error.code == "referral.circle":
                assert refused is None
                living = self.without_dead(referrer, member)
                assert member in [model.edges[lower][0] for lower in living]
            else:
                assert refused is not None
            return
        assert refused is None
        if referrer is not None:
            for lower in model.path(referrer):
                if lower != member and model.is_over(lower):
                    del model.edges[lower]
        model.edges.pop(member, None)
        if referrer is not None:
            model.edges[member] = [referrer, model.until(days), False]

    def without_dead(self, start: int | None, moved: int) -> list[int]:
        """The living path: what a refused transfer rolled back is still stored."""
        found = []
        while start in self.model.edges and (start == moved or not self.model.is_over(start)):
            found.append(start)
            start = self.model.edges[start][0]
            if start == moved:
                break
        return found

    @rule(member=WHO, is_locked=st.booleans())
    def lock(self, member: int, is_locked: bool) -> None:
        try:
            with self.database.write() as session:
                set_lock(session, PEOPLE[member], is_locked=is_locked, actor="s", reason="x")
        except NotFound:
            assert member not in self.model.edges
        else:
            self.model.edges[member][2] = is_locked

    @rule(member=WHO)
    def order(self, member: int) -> None:
        policy = StoreSettings(protection_days=7)
        with self.database.write() as session:
            bind_on_order(session, PEOPLE[member], None, settings=policy, check=no_check)
        edge = self.model.edges.get(member)
        if edge and edge[1] is not None and edge[1] > self.model.today:
            edge[1] = self.model.today + 7

    @rule(days=st.integers(1, 6))
    def pass_days(self, days: int) -> None:
        self.model.today += days
        clock.set_offset(self.model.today * 86_400 + self.model.today)

    @rule()
    def expire(self) -> None:
        with self.database.write() as session:
            expire_referrals(session)
        self.model.drop_dead(list(self.model.edges))

    @invariant()
    def the_graph_is_the_models(self) -> None:
        edges = check_forest(self.database)
        assert edges == {
            PEOPLE[member]: PEOPLE[edge[0]] for member, edge in self.model.edges.items()
        }

    @invariant()
    def chains_are_the_living_ones(self) -> None:
        with self.database.read() as session:
            for number, member_id in enumerate(PEOPLE):
                found = [upline for _, upline in chain_of(session, member_id)]
                assert found == [PEOPLE[upline] for upline in self.model.chain(number)]


@pytest.mark.slow
def test_no_history_breaks_the_referral_graph(database):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with database.write() as session:
        session.execute(
            sa.insert(Member), [{"id": member_id, "created_at": at} for member_id in PEOPLE]
        )

    class OnThisDatabase(Histories):
        pass

    OnThisDatabase.database = database
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=60 if database.is_sqlite else 20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
