"""What an uninstalled plugin left behind."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.outbox import DeliveryState, EventDelivery
from core.host.attempts import FAILED
from core.host.manifest import Manifest
from core.host.migrations import track_of
from core.host.models import PluginChange, PluginFault, PluginTiming


def has_data(database: Database, manifest: Manifest) -> bool:
    """Whether anything is kept for a plugin: tables, deliveries, figures, or settings put aside.

    The history of what was done to it is not its data; it stays whatever is removed.
    """
    if _tables(database, manifest):
        return True
    with database.read() as session:
        kept = any(
            session.scalars(
                sa.select(table.plugin).where(table.plugin == manifest.name).limit(1)
            ).first()
            for table in (EventDelivery, PluginFault, PluginTiming)
        )
        return kept or bool(settings_left(session, manifest.name))


def tables_left(database: Database, manifest: Manifest) -> list[str]:
    """The tables of a plugin that are there, by name; the one of its versions is not told."""
    return [name for name in _tables(database, manifest) if name.startswith(manifest.table_prefix)]


def facts_waiting(database: Database, name: str) -> int:
    """Facts that happened while a plugin was switched on and that it has not heard yet.

    They wait for its return, and go when its data go.
    """
    waiting = sa.select(sa.func.count()).where(
        EventDelivery.plugin == name, EventDelivery.state == DeliveryState.PENDING
    )
    with database.read() as session:
        return session.scalar(waiting) or 0


def _tables(database: Database, manifest: Manifest) -> list[str]:
    """Tables of a plugin that are there, the one of its versions among them."""
    track = track_of(manifest)
    if track is None:
        return []
    return [
        name
        for name in sorted(sa.inspect(database.engine).get_table_names())
        if track.owns(name) or name == track.version_table
    ]


def was_here(database: Database, name: str) -> bool:
    """Whether a plugin of that name is installed, or was and its data were not removed since."""
    with database.read() as session:
        last = session.scalars(
            sa.select(PluginChange.kind)
            .where(PluginChange.plugin == name, PluginChange.kind != FAILED)
            .order_by(PluginChange.at.desc(), PluginChange.id.desc())
            .limit(1)
        ).first()
    return last is not None and last != "removed"


def settings_left(session: Session, name: str) -> dict[str, Any]:
    """What an earlier uninstall put aside, unless the data were removed since."""
    last = session.scalars(
        sa.select(PluginChange)
        .where(PluginChange.plugin == name, PluginChange.kind.in_(["uninstalled", "removed"]))
        .order_by(PluginChange.at.desc(), PluginChange.id.desc())
        .limit(1)
    ).first()
    return dict(last.detail.get("settings", {})) if last is not None else {}


def forget_settings(session: Session, name: str) -> None:
    """Let no history keep what was put aside: it is back in its place, or gone with the data."""
    rows = session.scalars(
        sa.select(PluginChange).where(
            PluginChange.plugin == name, PluginChange.kind == "uninstalled"
        )
    )
    for row in rows:
        row.detail = {key: value for key, value in row.detail.items() if key != "settings"}
