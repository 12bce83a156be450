"""The store under measurement: the real catalogue of 3,000 products, people, plugins on."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing import import_file
from core.catalog.models import Product, Sku
from core.catalog.services import create_category
from core.catalog.types import CategoryDraft
from core.config import ROOT, Config, load_config
from core.db import migrate, state
from core.demo.catalog import seed_catalog
from core.embedded.postgres import running_postgres
from core.host.shop import Shop, open_shop
from core.host.work import Work
from core.kernel.ids import new_token
from core.members import services as members
from core.members.types import AddressForm
from core.sharing import services as sharing
from core.staff import services as staff
from core.stock import services as stock

DATA = ROOT.parent / "shared" / "data" / "online_retail_30k.csv.gz"
ACTOR = "bench"
SHELF = "imported"
ADDRESS = AddressForm("收货人", "13800000000", "上海市", "上海市", "南京西路 1 号", "静安区")


@dataclass(frozen=True)
class Bench:
    """A filled store and how to start processes on it.

    Args:
        kind: ``sqlite`` or ``postgresql``.
        config: its configuration.
        environ: the same, for child processes.
        server_pid: PostgreSQL's first process; ``None`` on SQLite.
        slugs: products on sale; the imported ones stand on the shelf :data:`SHELF`.
        skus: SKUs with plenty in stock.
        buyers: (member, address, session token) whose three uplines all earn.
    """

    kind: str
    config: Config
    environ: Mapping[str, str]
    server_pid: int | None
    slugs: tuple[str, ...]
    skus: tuple[UUID, ...]
    buyers: tuple[tuple[UUID, UUID, str], ...] = field(repr=False)

    def shop(self) -> Shop:
        """A newly opened shop on this store."""
        return open_shop(self.config)


@contextmanager
def filled_store(kind: str, folder: Path, *, buyers: int = 64) -> Iterator[Bench]:
    """A store filled for measuring, in a folder of its own.

    Args:
        kind: ``sqlite`` or ``postgresql`` (a private server with durable settings).
        folder: an empty folder.
        buyers: members who will buy.
    """
    if kind == "sqlite":
        yield _fill(kind, folder, "", None, buyers)
        return
    with running_postgres(durable=True) as server:
        url = server.create_database()
        yield _fill(kind, folder, url, _postmaster(url), buyers)


def _postmaster(url: str) -> int:
    """The server's first process: the parent of the one that answers."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        backend = connection.scalar(sa.text("SELECT pg_backend_pid()"))
        stat = Path(f"/proc/{backend}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _fill(kind: str, folder: Path, url: str, server_pid: int | None, buyers: int) -> Bench:
    environ = {
        "BANYAN_INSTANCE": str(folder),
        "DATABASE_URL": url,
        "BANYAN_SANDBOX": "1",
        "REDIS_URL": "",
        "PYTHONDONTWRITEBYTECODE": "",  # compiled once and kept, as where a shop runs
    }
    config = load_config({**os.environ, **environ})
    shop = open_shop(config)
    try:
        migrate.upgrade(shop.database.engine)
        _switch_on(shop)
        with shop.database.write() as session:
            seed_catalog(session, config.uploads)
        import_file(shop.database, DATA, actor=ACTOR)
        with shop.database.write() as session:
            _shelve(session)
            skus = tuple(session.scalars(sa.select(Sku.id).order_by(Sku.code).limit(3000)))
            stock.receive(session, dict.fromkeys(skus, 1_000_000), key="bench", actor=ACTOR)
            slugs = tuple(
                session.scalars(
                    sa.select(Product.slug)
                    .where(Product.state == "on_sale")
                    .order_by(Product.id)
                    .limit(3000)
                )
            )
        people = tuple(_buyer(shop) for _ in range(buyers))
        _settle_down(shop)
    finally:
        shop.close()
    return Bench(kind, config, environ, server_pid, slugs, skus, people)


def _shelve(session: Session) -> None:
    """Put what was imported on one shelf, so that there is a long list to look at."""
    draft = CategoryDraft(slug=SHELF, name="进口", name_en="Imported")
    shelf = create_category(session, draft)
    session.execute(
        sa.update(Product).where(Product.category_id.is_(None)).values(category_id=shelf)
    )
    state.bump(session, state.CATALOG)


def _settle_down(shop: Shop) -> None:
    """What PostgreSQL does by itself within a minute or two of such a load."""
    if not shop.database.is_sqlite:
        with shop.database.engine.connect().execution_options(
            isolation_level="AUTOCOMMIT"
        ) as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _switch_on(shop: Shop) -> None:
    """Every plugin that came along, and three levels at 10, 5 and 2 %."""
    for name in shop.plugins.in_order():
        if shop.plugins.plugins[name].is_sound:
            shop.plugins.install(name, ACTOR)
            shop.plugins.enable(name, ACTOR)
    shop.counters.refresh(force=True)
    for name, command in shop.plugins.contributions("commands"):
        if (name, command.name) == ("distribution", "plan"):
            work = Work(shop, shop.plugins.settings_of(name), actor=ACTOR)
            command.run(
                work, ["10", "5", "2", "--joining=everyone", f"--acknowledge={_reader(shop)}"]
            )


def _reader(shop: Shop) -> str:
    """The e-mail address of an owner in whose name the plan is published."""
    hashed = staff.prepare_staff_password(new_token())
    with shop.database.write() as session:
        staff.ensure_builtin_roles(session)
        made = staff.create_staff(
            session,
            email="bench@example.com",
            name="Bench",
            role_key="owner",
            password_hash=hashed,
        )
    return made.email


def _buyer(shop: Shop) -> tuple[UUID, UUID, str]:
    """A member with an address, a session and three uplines of their own."""
    with shop.database.write() as session:
        above: UUID | None = None
        for _ in range(4):
            member_id = members.create_member(session, source="bench")
            if above is not None:
                sharing.bind(session, member_id, above, reason="bench", check=shop.plugins.check)
            above = member_id
        address = members.add_address(session, member_id, ADDRESS)
        token = members.open_session(session, "member", member_id)
    return member_id, address.id, token
