"""The steps of ``banyan replay``: an empty store, a catalogue, a network, then the invoices."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from rich.progress import Progress
from sqlalchemy.orm import Session

from core.catalog.importing import import_file
from core.catalog.models import Sku
from core.cli.reporting import actor
from core.config import Config, load_config
from core.db import migrate
from core.db.engine import Database
from core.host.shop import Shop, open_shop
from core.host.work import Work
from core.kernel import clock
from core.kernel.errors import NotFound, Rejected
from core.kernel.ids import new_token
from core.ledger import services as ledger
from core.members.models import Member
from core.replay.invoices import Invoice, read_invoices
from core.replay.network import draw_referrers
from core.replay.player import Player
from core.replay.tills import HistoryTill
from core.settings.services import save_settings
from core.staff import services as staff
from core.stock import services as stock
from core.worker.relay import Relay

READER = "replay@example.com"


def run_replay(
    data: Path, *, seed: int, limit: int, prepare: Sequence[Sequence[str]], is_quiet: bool
) -> dict[str, Any]:
    """Play an invoice file on an empty database.

    Args:
        data: the file.
        seed: draws the referral network.
        limit: play only the first so many invoices; 0: all.
        prepare: commands of plugins to run before, as plugin, command, arguments.
        is_quiet: no progress bars.

    Returns:
        The summary, ready for JSON.

    Raises:
        Rejected: the file cannot be used, or the database is not empty.
    """
    invoices, unreadable = read_invoices(data)
    invoices = invoices[:limit] if limit else invoices
    shop = _empty_shop(_config())
    shop.counters.follows_clock = False
    try:
        with Progress(disable=is_quiet) as progress:
            return _play(shop, data, invoices, unreadable, seed, prepare, progress)
    finally:
        clock.set_offset(0)
        shop.close()


def _config() -> Config:
    """The environment's installation; without DATABASE_URL a file of its own, made anew."""
    config = load_config()
    if os.environ.get("DATABASE_URL"):
        return config
    path = config.instance / "replay.sqlite3"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    return replace(config, database_url=f"sqlite:///{path}")


def _empty_shop(config: Config) -> Shop:
    database = Database(config.database_url)
    migrate.upgrade(database.engine)
    with database.read() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Member))
    if count:
        database.dispose()
        raise Rejected(
            "replay.not_empty", "This database holds a store already; name an empty one."
        )
    return open_shop(config, database)


def _play(
    shop: Shop,
    data: Path,
    invoices: Sequence[Invoice],
    unreadable: Sequence[Any],
    seed: int,
    prepare: Sequence[Sequence[str]],
    progress: Progress,
) -> dict[str, Any]:
    _seed_reader(shop)
    _prepare_plugins(shop, prepare)
    skus = _import_catalog(shop, data, progress)
    _stock_up(shop, invoices, skus)
    with shop.database.write() as session:
        save_settings(session, {"freight_fen": 0})
    shop.counters.refresh(force=True)
    task = progress.add_task("Invoices", total=len(invoices))
    player = Player(
        shop=shop,
        relay=Relay(shop.database, shop.plugins),
        till=HistoryTill(shop.database),
        skus=skus,
        referrers=draw_referrers(_in_order_of_appearance(invoices), seed),
        advance=lambda: progress.advance(task),
    )
    start = time.perf_counter()
    tally = player.play(invoices)
    seconds = time.perf_counter() - start
    unplayed = Counter(item.reason for item in [*unreadable, *tally.unplayed])
    with shop.database.read() as session:
        books = ledger.verify(session)
        kinds = _journal_counts(session)
    return {
        "invoices": len(invoices),
        "orders": tally.orders,
        "orders_per_second": round(tally.orders / seconds, 1),
        "paid_fen": tally.paid_fen,
        "members": tally.members,
        "referred": tally.referred,
        "refunds": tally.refunds,
        "refunded_fen": tally.refunded_fen,
        "settled": tally.settled,
        "lines_played": tally.lines_played,
        "lines_returned": tally.lines_returned,
        "lines_unplayed": sum(unplayed.values()),
        "unplayed": dict(unplayed),
        "journals": kinds,
        "ledger": {
            "journals": books.journals,
            "postings": books.postings,
            "problems": [asdict(problem) for problem in books.problems],
        },
    }


def _seed_reader(shop: Shop) -> None:
    """An owner in whose name plugins may be set up; nobody knows the password."""
    hashed = staff.prepare_staff_password(new_token())
    with shop.database.write() as session:
        staff.ensure_builtin_roles(session)
        staff.create_staff(
            session, email=READER, name="Replay", role_key="owner", password_hash=hashed
        )


def _prepare_plugins(shop: Shop, prepare: Sequence[Sequence[str]]) -> None:
    for name, command, *arguments in prepare:
        if name not in shop.plugins.plugins:
            raise NotFound("replay.plugin", "There is no plugin “%(name)s”.", name=name)
        shop.plugins.install(name, actor())
        shop.plugins.enable(name, actor())
        shop.counters.refresh(force=True)
        found = {
            (plugin, item.name): item for plugin, item in shop.plugins.contributions("commands")
        }
        item = found.get((name, command))
        if item is None:
            raise NotFound(
                "replay.command", "“%(name)s” has no command “%(command)s”.", name=name,
                command=command,
            )  # fmt: skip
        item.run(Work(shop, shop.plugins.settings_of(name), actor=actor()), arguments)


def _import_catalog(shop: Shop, data: Path, progress: Progress) -> dict[str, UUID]:
    task = progress.add_task("Catalogue", total=None)
    import_file(
        shop.database,
        data,
        actor=actor(),
        on_progress=lambda done, total: progress.update(task, completed=done, total=total),
    )
    with shop.database.read() as session:
        return {
            code.upper(): sku_id for code, sku_id in session.execute(sa.select(Sku.code, Sku.id))
        }


def _stock_up(shop: Shop, invoices: Sequence[Invoice], skus: dict[str, UUID]) -> None:
    """Put on the shelf what the invoices will take off it."""
    pieces: Counter[UUID] = Counter()
    for invoice in invoices:
        for line in invoice.lines:
            if line.quantity > 0 and line.code in skus:
                pieces[skus[line.code]] += line.quantity
    with shop.database.write() as session:
        stock.receive(session, pieces, key="replay", actor=actor(), reference="replay")


def _in_order_of_appearance(invoices: Sequence[Invoice]) -> list[str]:
    return list(dict.fromkeys(item.customer for item in invoices if item.customer))


def _journal_counts(session: Session) -> dict[str, int]:
    from core.ledger.models import LedgerJournal

    counts = sa.select(LedgerJournal.kind, sa.func.count()).group_by(LedgerJournal.kind)
    return dict(session.execute(counts).all())
