"""What an uninstalled plugin left behind."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.outbox import EventDelivery
from core.host.manifest import Manifest
from core.host.migrations import track_of
from core.host.models import PluginChange, PluginFault, PluginTiming


def has_data(database: Database, manifest: Manifest) -> bool:
    """Whether anything is kept for a plugin: tables, deliveries, figures, or settings put aside.

    The history of what was done to it is not its data; it stays whatever is removed.
    """
    track = track_of(manifest)
    names = sa.inspect(database.engine).get_table_names() if track is not None else ()
    if track is not None and any(track.owns(name) or name == track.version_table for name in names):
        return True
    with database.read() as session:
        kept = any(
            session.scalars(
                sa.select(table.plugin).where(table.plugin == manifest.name).limit(1)
            ).first()
            for table in (EventDelivery, PluginFault, PluginTiming)
        )
        return kept or bool(settings_left(session, manifest.name))


def settings_left(session: Session, name: str) -> dict[str, Any]:
    """What an earlier uninstall put aside, unless the data were removed since."""
    last = session.scalars(
        sa.select(PluginChange)
        .where(PluginChange.plugin == name, PluginChange.kind.in_(["uninstalled", "removed"]))
        .order_by(PluginChange.at.desc(), PluginChange.id.desc())
        .limit(1)
    ).first()
    return dict(last.detail.get("settings", {})) if last is not None else {}
