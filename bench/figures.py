"""What the figures of distribution cost in a store of a million members who may all earn.

A million commissions of ninety days lie on their network, besides as many visits of shared links.
What the job counts is counted first, by the job. Then each page and card is asked for its figures
as it asks for them; what counts is the work of the database, the median of several times. At last
orders accrue and are refunded, and the kept totals are compared with a recount.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.earning import build
from bench.forest import Forest, id_of
from bench.network import Network, server_of
from bench.report import Finding, Report
from bench.stopwatch import Stopwatch
from bench.store import Bench
from core.api.sharing import tops_of_network
from core.db.engine import Database
from core.kernel.clock import local_date, now
from core.settings.services import load_settings
from core.worker.jobs import run_now
from plugins.distribution.models import MonthTotal
from plugins.distribution.rules.places import Place
from plugins.distribution.services import figures, recounting, totals
from plugins.distribution.services.commission_list import MOST as NEWEST
from plugins.distribution.services.commission_list import CommissionFilter, find_commissions
from plugins.distribution.services.holds import count_cases
from plugins.distribution.services.network import summary_of
from plugins.distribution.services.overview import MOST, count_in, list_distributors
from plugins.distribution.services.ranking import place_of, ranking
from plugins.distribution.services.settlement import settlement_health
from plugins.distribution.services.statements import Month

SIZES = {"postgresql": 1_000_000, "sqlite": 200_000}
TIMES = 7
ADMIN, PHONE = 50, 20
"""Milliseconds that a page or card of the merchant's, and one on the phone, may take."""
PER_PAGE = 30


def measure(bench: Bench, report: Report, folder: Path) -> None:
    """The job's work, each page's, and a recount."""
    size = SIZES[bench.kind]
    forest = build(bench, size, size)
    shop = bench.shop()
    try:
        with shop.database.write() as session:
            zone = load_settings(session).timezone
            recounting.recount(session, zone)
        began = time.perf_counter()
        run_now(shop, "distribution.totals")
        spent = time.perf_counter() - began
    finally:
        shop.close()
    name = f"{bench.kind}: counting what no total gives, by the job"
    report.add(Finding(name, spent, "s"))
    with _watched(bench, forest) as network:
        for name, bound, call in _acts(network, zone):
            _tell(bench.kind, report, network, name, bound, call)
        with network.database.read() as session:
            wrong = len(recounting.differences(session))
    report.add(Finding(f"{bench.kind}: totals unlike a recount", wrong, "", at_most=0))


@contextmanager
def _watched(bench: Bench, forest: Forest) -> Iterator[Network]:
    watch, database = Stopwatch(), Database(bench.config.database_url)
    watch.watch(database.engine)
    try:
        with database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.exec_driver_sql("ANALYZE")
        yield Network(forest, database, watch, server_of(database))
    finally:
        database.dispose()


def _acts(network: Network, zone: str) -> list[tuple[str, float, Callable[[Session], Any]]]:
    today = local_date(now(), zone)
    month = Month.of(now(), zone).first_day
    top, middle = id_of(network.top), _in_the_middle(network, month)

    def overview(days: int) -> Callable[[Session], Any]:
        def ask(session: Session) -> None:
            totals.day_sums(session, zone, today, 2 * days)
            figures.overview(session, zone, days)
            settlement_health(session)
            count_in(session, "applied")
            count_cases(session)

        return ask

    def distributors(offset: int, state: str = "") -> Callable[[Session], Any]:
        def ask(session: Session) -> None:
            list_distributors(session, state=state, limit=PER_PAGE, offset=offset)
            figures.states_of_all(session)

        return ask

    def commissions(
        offset: int = 0, after: Place | None = None, **fields: Any
    ) -> Callable[[Session], Any]:
        wanted = CommissionFilter(**fields)
        return lambda session: find_commissions(
            session, wanted, limit=PER_PAGE, offset=offset, after=after
        )

    def places(session: Session) -> None:
        ranking(session, month, limit=20)
        place_of(session, middle, month)

    last_week, long_ago = now() - timedelta(days=7), now() - timedelta(days=80)
    return [
        *((f"overview of {days} days", ADMIN, overview(days)) for days in figures.PERIODS),
        ("card of sales", ADMIN, lambda session: totals.day_sums(session, zone, today, 30)),
        ("cards of the best and the way", ADMIN, lambda session: figures.kept(session, 30)),
        ("distributors, first page", ADMIN, distributors(0)),
        ("distributors, active, last page", ADMIN, distributors(MOST - PER_PAGE, "active")),
        ("commissions, first page", ADMIN, commissions()),
        ("commissions, last page", ADMIN, commissions(NEWEST - PER_PAGE)),
        ("commissions, those of long ago", ADMIN, commissions(after=Place(long_ago, top))),
        ("commissions, settled", ADMIN, commissions(state="available")),
        ("commissions, taken back", ADMIN, commissions(state="reversed")),
        ("commissions of a week", ADMIN, commissions(since=last_week)),
        ("commissions of the greatest team's head", ADMIN, commissions(members=[top])),
        ("tree, its tops", ADMIN, lambda session: tops_of_network(session, limit=31)),
        ("a member's panel", ADMIN, lambda session: summary_of(session, top)),
        ("ranking with a place in the middle", PHONE, places),
    ]


def _in_the_middle(network: Network, month: Any) -> Any:
    own = MonthTotal.month_on == month, MonthTotal.earned_fen > 0
    with network.database.read() as session:
        half = (session.scalar(sa.select(sa.func.count()).where(*own)) or 0) // 2
        chosen = sa.select(MonthTotal.member_id).where(*own).order_by(MonthTotal.earned_fen.desc())
        return session.scalars(chosen.offset(half).limit(1)).one()


def _tell(
    kind: str,
    report: Report,
    network: Network,
    name: str,
    bound: float,
    call: Callable[[Session], Any],
) -> None:
    costs = []
    for _ in range(TIMES):
        with network.database.read() as session:
            session.connection()
            costs.append(network.cost(call, session))
    work = statistics.median(each.work for each in costs)
    waited = statistics.median(each.wait for each in costs)
    note = f"  waited {waited:.1f}"
    report.add(Finding(f"{kind}: {name}", work, "ms", at_most=bound, note=note))
