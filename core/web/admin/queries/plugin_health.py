"""Faults, parked events and history of plugins."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import DeliveryState, EventDelivery
from core.host.models import PluginChange, PluginFault
from core.kernel.clock import now
from core.kernel.values import dataclass


@dataclass(frozen=True)
class FaultRow:
    """Faults of one hook within the last day."""

    hook: str
    count: int
    last_error: str
    last_at: datetime


@dataclass(frozen=True)
class ChangeRow:
    """A line of a plugin's history."""

    plugin: str
    kind: str
    detail: dict[str, Any]
    actor: str
    at: datetime


def fault_counts(session: Session) -> dict[str, int]:
    """Faults of the last day by plugin. One statement."""
    rows = session.execute(
        sa.select(PluginFault.plugin, sa.func.sum(PluginFault.count))
        .where(PluginFault.last_at > now() - timedelta(days=1))
        .group_by(PluginFault.plugin)
    )
    return {row[0]: int(row[1]) for row in rows}


def parked_counts(session: Session) -> dict[str, int]:
    """Parked events by plugin. One statement."""
    rows = session.execute(
        sa.select(EventDelivery.plugin, sa.func.count())
        .where(EventDelivery.state == DeliveryState.PARKED)
        .group_by(EventDelivery.plugin)
    )
    return {row[0]: row[1] for row in rows}


def faults_of(session: Session, plugin: str) -> list[FaultRow]:
    """Faults of the last day by hook, the latest first; with the latest error of each."""
    rows = session.execute(
        sa.select(PluginFault.hook, PluginFault.count, PluginFault.last_error, PluginFault.last_at)
        .where(PluginFault.plugin == plugin, PluginFault.last_at > now() - timedelta(days=1))
        .order_by(PluginFault.last_at.desc())
    )
    found: dict[str, FaultRow] = {}
    for hook, count, error, at in rows:
        known = found.get(hook)
        found[hook] = (
            FaultRow(hook, known.count + count, known.last_error, known.last_at)
            if known
            else FaultRow(hook, count, error, at)
        )
    return list(found.values())


def changes_of_plugins(session: Session, plugin: str = "", *, limit: int = 50) -> list[ChangeRow]:
    """History of one plugin or of all, newest first. One statement.

    Of settings that were put aside only the names are told: among them are secrets.
    """
    wanted = sa.select(
        PluginChange.plugin,
        PluginChange.kind,
        PluginChange.detail,
        PluginChange.actor,
        PluginChange.at,
    )
    if plugin:
        wanted = wanted.where(PluginChange.plugin == plugin)
    rows = session.execute(
        wanted.order_by(PluginChange.at.desc(), PluginChange.id.desc()).limit(limit)
    )
    return [ChangeRow(row.plugin, row.kind, _told(row.detail), row.actor, row.at) for row in rows]


def _told(detail: dict[str, Any]) -> dict[str, Any]:
    """A change's detail without the values of settings that were put aside."""
    if "settings" not in detail:
        return detail
    return {**detail, "settings": sorted(detail["settings"])}
