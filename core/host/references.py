"""What still refers to the data that an uninstalled plugin left behind."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.outbox import DeliveryState, EventDelivery
from core.host import migrations
from core.host.loading import LoadedPlugin
from core.host.models import PluginState
from core.kernel.errors import Rejected
from core.payments import services as payments
from core.payouts import services as payouts


def reasons_to_keep(
    database: Database, plugins: Mapping[str, LoadedPlugin], plugin: LoadedPlugin
) -> list[Rejected]:
    """See :meth:`core.host.host.PluginHost.why_data_stay`."""
    name = plugin.name
    with database.read() as session:
        if session.get(PluginState, name) is not None:
            return [
                Rejected(
                    "plugins.installed",
                    "“%(name)s” is installed: uninstall it before its data are removed.",
                    name=name,
                )
            ]
        installed = session.scalars(sa.select(PluginState.name).order_by(PluginState.name)).all()
        waiting = [*_waiting(session, name)]
    reasons = [
        _referring(plugins, table)
        for table in migrations.referring(database.engine, plugin.manifest)
    ]
    reasons += [
        Rejected(
            "plugins.needed_data",
            "Its data cannot be removed: the installed plugin “%(other)s” requires it.",
            other=other,
        )
        for other in installed
        if other in plugins and name in plugins[other].manifest.required_names
    ]
    return reasons + waiting


def _referring(plugins: Mapping[str, LoadedPlugin], table: str) -> Rejected:
    """That a table points at the plugin's; whose it is, where that is known."""
    owners = [
        name for name, each in plugins.items() if table.startswith(each.manifest.table_prefix)
    ]
    if owners:
        return Rejected(
            "plugins.referenced_by",
            "Its data cannot be removed: those of “%(other)s” point at them (%(table)s). Remove "
            "those first.",
            other=max(owners, key=len),
            table=table,
        )
    return Rejected(
        "plugins.referenced",
        "Its tables cannot be removed: “%(table)s” points at them.",
        table=table,
    )


def _waiting(session: Session, name: str) -> Iterator[Rejected]:
    """Facts that wait for a plugin, and money that is under way through its ways out.

    The trace of a price is no such thing: each order keeps its own, whole and in words.
    """
    parked = session.scalar(
        sa.select(sa.func.count())
        .select_from(EventDelivery)
        .where(EventDelivery.plugin == name, EventDelivery.state == DeliveryState.PARKED)
    )
    open_payments, open_refunds = payments.count_under_way(session, f"{name}.")
    open_payouts = payouts.count_under_way(session, f"{name}.")
    for count, code, sentence in (
        (
            parked,
            "plugins.parked_data",
            "Its data cannot be removed: events of it are parked (%(count)s). Give them up, or "
            "install it again and replay them.",
        ),
        (
            open_payments,
            "plugins.open_payments",
            "Its data cannot be removed: payments are open at its gateways (%(count)s). They end "
            "by themselves when their time to pay is over.",
        ),
        (
            open_refunds,
            "plugins.open_refunds",
            "Its data cannot be removed: refunds have to go back through its gateways (%(count)s). "
            "Install it again and let them.",
        ),
        (
            open_payouts,
            "plugins.open_payouts",
            "Its data cannot be removed: payouts are not paid yet through its channels "
            "(%(count)s). Reject them, or install it again and pay them.",
        ),
    ):
        if count:
            yield Rejected(code, sentence, count=count)
