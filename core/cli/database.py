"""``banyan db``: bring the schema up or down, and say where it stands."""

import sys
from typing import Any

import click
import sqlalchemy as sa

from core.cli.reporting import actor, json_option, opened_shop, report
from core.db import migrate, versions
from core.host import migrations
from core.host.shop import Shop
from core.host.snapshot import Row
from core.kernel.errors import ConfigError, Rejected


@click.group()
def db() -> None:
    """Schema of the database."""


@db.command()
@click.argument("revision", default="head")
@json_option
def upgrade(revision: str, as_json: bool) -> None:
    """Bring the trunk's tables to REVISION (the newest), then those of installed plugins."""
    with opened_shop(needs_schema=False) as shop:
        before = versions.current(shop.database.engine)
        _refuse_newer(shop.database.engine)
        migrate.upgrade(shop.database.engine, revision=revision)
        after = versions.current(shop.database.engine)
        upgraded = _upgrade_plugins(shop) if after == versions.head() else []
    found = {"before": before, "after": after, "plugins": upgraded}
    moved = f"{before or 'empty'} → {after}" if before != after else f"already at {after}"
    report(found, "\n".join([f"core: {moved}", *map(_plugin_line, upgraded)]), as_json=as_json)


def _refuse_newer(engine: sa.Engine) -> None:
    """Say in words what Alembic would say with a traceback.

    Raises:
        ConfigError: the database is at a version which only a newer Banyan knows.
    """
    try:
        versions.check_schema(engine)
    except ConfigError as error:
        if error.code == "schema.newer":
            raise


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def downgrade(revision: str, yes: bool, as_json: bool) -> None:
    """Take the trunk's tables back to REVISION (`base`: none are left, and nothing in them)."""
    with opened_shop(needs_schema=False) as shop:
        _refuse_while_plugins_point_here(shop)
        before = versions.current(shop.database.engine)
        _refuse_newer(shop.database.engine)
        if not yes and as_json:
            raise Rejected(
                "database.unconfirmed", "Data would be lost. Say --yes if that is meant."
            )
        if not yes:
            click.confirm(f"Data will be lost. Take {shop.database.url} back?", abort=True)
        migrate.downgrade(shop.database.engine, revision)
        after = versions.current(shop.database.engine)
    report(
        {"before": before, "after": after},
        f"core: {before or 'empty'} → {after or 'empty'}",
        as_json=as_json,
    )


@db.command()
@json_option
def current(as_json: bool) -> None:
    """Where the schema stands, and what is still to run."""
    with opened_shop(needs_schema=False) as shop:
        engine = shop.database.engine
        found: dict[str, Any] = {
            "current": versions.current(engine),
            "head": versions.head(),
            "pending": migrate.pending(engine),
            "plugins": _plugin_standings(shop),
        }
    lines = [f"core: {found['current'] or 'empty'} (newest: {found['head']})"]
    lines += [f"  to run: {item}" for item in found["pending"]]
    lines += [
        f"{item['name']}: {item['current'] or 'none'} (newest: {item['head'] or 'none'})"
        for item in found["plugins"]
    ]
    report(found, "\n".join(lines), as_json=as_json)


@db.command()
@json_option
def check(as_json: bool) -> None:
    """Compare the database with the models; exit code 1 when they differ."""
    with opened_shop() as shop:
        engine = shop.database.engine
        found = {"core": migrate.differences(engine)}
        for name in shop.plugins.snapshot().rows:
            plugin = shop.plugins.plugins.get(name)
            track = migrations.track_of(plugin.manifest) if plugin else None
            if track is not None:
                found[name] = migrate.differences(engine, track)
    lines = [f"{name}: {item}" for name, items in found.items() for item in items]
    report(found, "\n".join(lines) or "The database is as the models say.", as_json=as_json)
    if lines:
        sys.exit(1)


def _refuse_while_plugins_point_here(shop: Shop) -> None:
    tables = sa.inspect(shop.database.engine).get_table_names()
    foreign = sorted(name for name in tables if not versions.CORE.owns(name))
    foreign = [name for name in foreign if not name.startswith("alembic_")]
    if foreign:
        raise Rejected(
            "db.plugins",
            "Plugins still have tables (%(tables)s), which point at those of the trunk. "
            "Remove their data first: “banyan plugin uninstall NAME --remove-data”.",
            tables=", ".join(foreign),
        )


def _upgrade_plugins(shop: Shop) -> list[dict[str, str]]:
    """Bring installed plugins to their code's version; one that fails does not stop the others."""
    done = []
    for name, row in shop.plugins.snapshot().rows.items():
        plugin = shop.plugins.plugins.get(name)
        if plugin is None or not plugin.is_sound:
            continue
        newest = migrations.head_of(plugin.manifest.folder)
        if (row.version, row.schema_revision) == (plugin.manifest.version, newest):
            continue
        error = ""
        try:
            shop.plugins.upgrade(name, actor())
        except Exception as failure:  # noqa: BLE001 - a plugin's migration may raise anything
            error = f"{type(failure).__name__}: {failure}"
        done.append(
            {"name": name, "before": row.version, "after": plugin.manifest.version, "error": error}
        )
    return done


def _plugin_line(item: dict[str, str]) -> str:
    if item["error"]:
        return f"{item['name']}: FAILED, stays off: {item['error']}"
    return f"{item['name']}: {item['before']} → {item['after']}"


def _plugin_standings(shop: Shop) -> list[dict[str, str]]:
    try:
        rows: dict[str, Row] = dict(shop.plugins.snapshot().rows)
    except Exception:  # noqa: BLE001 - no tables yet: no plugin is installed
        return []
    found = []
    for name, row in rows.items():
        plugin = shop.plugins.plugins.get(name)
        newest = migrations.head_of(plugin.manifest.folder) if plugin else ""
        found.append({"name": name, "current": row.schema_revision, "head": newest})
    return found
