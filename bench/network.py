"""A network of a million members: what its size costs a buyer, a distributor, and whoever joins.

Two forests of one shape, the second ten times the first, stand in databases of their own. All goes
through the services; what counts is the work of the database, the transaction's end left out: of
PostgreSQL, how long the server's process is on a core; of SQLite, how long the driver's calls take.
It is the median of the quietest of several rounds, which go to and fro between the two. Then eight
processes bind newcomers below common uplines, a member with an enormous team is moved, and what is
kept beside the edges is compared with a recount.
"""

import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.clients import Step, run_together
from bench.forest import Forest, grown, id_of, plant
from bench.processes import running_seconds
from bench.report import Finding, Report
from bench.stopwatch import Stopwatch
from bench.store import Bench
from core.db import migrate
from core.db.engine import Database
from core.embedded.postgres import PostgresServer
from core.kernel.clock import now
from core.kernel.ids import new_id
from core.members.models import Member
from core.sharing import services as sharing

SIZES = {"postgresql": (100_000, 1_000_000), "sqlite": (20_000, 200_000)}
"""Planting a million members in a SQLite file takes minutes; a fifth shows the same."""
SHARE = 0.17
"""Of all members, in the team that is looked at."""
ROUNDS, TIMES = 8, 50
CLIENTS, SECONDS = 8, 6.0
ACTS = {
    "chain": ("chain of three, as an order freezes it", 0.3),
    "level 1": ("team of {team:,}: counts and first page, level 1", 5),
    "level 2": ("team of {team:,}: counts and first page, level 2", 5),
    "level 3": ("team of {team:,}: counts and first page, level 3", 5),
    "tree": ("merchant's tree, first page of a level", 5),
    "bind": ("bind a newcomer", 1),
}
"""What is measured, and how many milliseconds it may take."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds that the database worked, and that the service waited for it."""

    work: float
    wait: float


@dataclass
class Network:
    """A planted forest and a way to use it."""

    forest: Forest
    database: Database
    watch: Stopwatch
    server_pid: int | None
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        self.top = self.forest.nearest_to(round(self.forest.size * SHARE))
        """The place of the distributor with the team that is looked at."""

    def cost(self, call: Callable[..., Any], *arguments: Any, **more: Any) -> "Cost":
        """Call, and tell what that was for the database."""
        before = running_seconds(self.server_pid) if self.server_pid else 0.0
        waited = self.watch.spent_ms(call, *arguments, **more)
        if self.server_pid is None:
            return Cost(waited, waited)
        return Cost((running_seconds(self.server_pid) - before) * 1000, waited)

    def somebody(self) -> UUID:
        """A member drawn at random."""
        return id_of(self.chance.randrange(self.forest.size))


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """Chains, team pages and bindings in both forests; then the crowd, the move and the recount."""
    kind = bench.kind
    small_size, large_size = SIZES[kind]
    with (
        _planted(bench, folder, small_size) as small,
        _planted(bench, folder, large_size) as large,
    ):
        rounds = [(_costs(small), _costs(large)) for _ in range(ROUNDS)]
        before, after = (_quietest(costs) for costs in zip(*rounds, strict=True))
        _tell_costs(kind, report, large, before, after)
        _crowd(kind, report, large)
        _move(kind, report, large)
        with large.database.read() as session:
            recount = sharing.verify_network(session)
    name = f"{kind}: of {recount.referral_count:,} referrals, unlike a recount"
    report.add(Finding(name, recount.fault_count, "", at_most=0))


@contextmanager
def _planted(bench: Bench, folder: Path, size: int) -> Iterator[Network]:
    server = None if bench.kind == "sqlite" else PostgresServer(bench.config.database_url)
    url = server.create_database() if server else f"sqlite:///{folder / f'network-{size}.db'}"
    watch, database = Stopwatch(), Database(url)
    watch.watch(database.engine)
    try:
        migrate.upgrade(database.engine)
        print(f"Planting {size:,} members …", flush=True)
        forest = grown(size)
        plant(database, forest)
        yield Network(forest, database, watch, server_of(database))
    finally:
        database.dispose()
        if server:
            server.drop_database(url)


def server_of(database: Database) -> int | None:
    """The process that answers this pool's one connection."""
    if database.is_sqlite:
        return None
    with database.engine.connect() as connection:
        return int(connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0)


def _costs(network: Network) -> dict[str, Cost]:
    """What each act costs, the median of many times."""
    top = id_of(network.top)
    calls: dict[str, Callable[[Session], Any]] = {
        "chain": lambda session: sharing.chain_of(session, network.somebody()),
        "level 1": lambda session: _team_home(session, top, 1),
        "level 2": lambda session: _team_home(session, top, 2),
        "level 3": lambda session: _team_home(session, top, 3),
        "tree": lambda session: sharing.children_of(session, top),
    }
    found = {}
    for act, call in calls.items():
        times = []
        for _ in range(TIMES):
            with network.database.read() as session:
                session.connection()
                times.append(network.cost(call, session))
        found[act] = _median(times)
    return {**found, "bind": _binding(network)}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(each.work for each in costs),
        statistics.median(each.wait for each in costs),
    )


def _quietest(rounds: Sequence[Mapping[str, Cost]]) -> dict[str, Cost]:
    return {act: min((costs[act] for costs in rounds), key=lambda cost: cost.work) for act in ACTS}


def _team_home(session: Session, member_id: UUID, level: int) -> None:
    sharing.team_counts(session, member_id)
    sharing.team_page(session, member_id, level=level)


def _binding(network: Network) -> Cost:
    times = []
    for newcomer in _register(network.database, TIMES):
        with network.database.write() as session:
            referrer = network.somebody()
            times.append(network.cost(sharing.bind, session, newcomer, referrer, reason="bench"))
    return _median(times)


def _register(database: Database, count: int) -> list[UUID]:
    """Newcomers whom nobody has referred."""
    ids = [new_id() for _ in range(count)]
    same = {"nickname": "新", "state": "active", "locale": "zh_Hans_CN", "created_at": now()}
    with database.write() as session:
        session.execute(sa.insert(Member), [{"id": each, **same} for each in ids])
    return ids


def _tell_costs(
    kind: str,
    report: Report,
    network: Network,
    before: Mapping[str, Cost],
    after: Mapping[str, Cost],
) -> None:
    team = network.forest.team(network.top)
    for act, (name, bound) in ACTS.items():
        small, cost = before[act], after[act]
        note = f"  waited {cost.wait:.2f}; a tenth of the network {small.work:.2f}"
        title = f"{kind}: {name.format(team=team)}"
        report.add(Finding(title, cost.work, "ms", at_most=bound, note=note))
    ratio = sum(after[act].work for act in ACTS) / sum(before[act].work for act in ACTS)
    report.add(Finding(f"{kind}: all of these, ten times the network", ratio, "×", at_most=2))


def _crowd(kind: str, report: Report, network: Network) -> None:
    """Newcomers bound by eight processes below members who share their uplines."""
    parents = network.forest.parents
    below = [id_of(place) for place, above in enumerate(parents) if above == network.top][:4]
    shares = [
        (network.database.url, _register(network.database, 4000), below) for _ in range(CLIENTS)
    ]
    crowd = run_together(prepare_binding, shares, SECONDS)
    report.add(
        Finding(
            f"{kind}: bindings below common uplines, {CLIENTS} processes",
            crowd.count("bind") / crowd.seconds,
            "/s",
            note=f"  p99 {crowd.p99_ms('bind'):.0f} ms",
        )
    )


def prepare_binding(url: str, newcomers: list[UUID], referrers: list[UUID]) -> Step:
    """A process that binds one newcomer after the other, each in a transaction of its own."""
    database = Database(url)
    chance = random.Random(newcomers[0].int)

    def bind() -> None:
        with database.write() as session:
            sharing.bind(session, newcomers.pop(), chance.choice(referrers), reason="bench")

    bind()
    return lambda worked: worked.timed("bind", bind)


def _move(kind: str, report: Report, network: Network) -> None:
    """Move the distributor with the great team below somebody else, then back to nobody."""
    forest, top = network.forest, network.top
    moved = id_of(top)
    target = id_of(_elsewhere(forest, top))
    with network.database.read() as session:
        rows = sharing.transfer_preview(session, moved, target).affected_count
    for name, to in (("to another referrer", target), ("to nobody", None)):
        with network.database.write() as session:
            spent = network.watch.spent_ms(
                sharing.transfer, session, moved, to, actor="bench", reason="bench"
            )
        note = f"  {spent / rows * 1000:.0f} µs each"
        report.add(
            Finding(f"{kind}: transfer {name}, {rows:,} chains change", spent, "ms", note=note)
        )


def _elsewhere(forest: Forest, top: int) -> int:
    """Somebody with three uplines who does not stand below a member."""
    for place in range(forest.size - 1, -1, -1):
        above = place
        while above >= 0 and above != top:
            above = forest.parents[above]
        if above < 0 and len(forest.uplines(place)) == 3:
            return place
    raise RuntimeError("the forest has one tree only")
