"""Installs and updates that failed: what the newest try of each plugin said."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.host.models import PluginChange
from core.host.pauses import Pause
from core.kernel.errors import PluginError

FAILED = "failed"
_TRIES = (FAILED, "installed", "upgraded", "uninstalled", "removed")


def told(error: PluginError) -> dict[str, object]:
    """What a plugin's history keeps of a try that failed."""
    return {
        "reason": str(error)[:1000],
        "message": error.message,
        "params": {key: str(value)[:1000] for key, value in error.params.items()},
    }


def last_failures(session: Session) -> dict[str, Pause]:
    """Why the newest try failed, by plugin; none for plugins whose newest step succeeded.

    One statement. Plugins that a try left as they were (an update's code was put back) are in it,
    too: whether it still matters is told by where the plugin stands.
    """
    newest = (
        sa.select(PluginChange.plugin, sa.func.max(PluginChange.at).label("at"))
        .where(PluginChange.kind.in_(_TRIES))
        .group_by(PluginChange.plugin)
        .subquery()
    )
    rows = session.execute(
        sa.select(PluginChange.plugin, PluginChange.detail)
        .join(
            newest,
            sa.and_(PluginChange.plugin == newest.c.plugin, PluginChange.at == newest.c.at),
        )
        .where(PluginChange.kind == FAILED)
    )
    return {
        name: Pause(detail.get("message", detail["reason"]), detail.get("params", {}))
        for name, detail in rows
    }
