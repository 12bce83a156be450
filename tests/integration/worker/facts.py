"""Facts for tests of the relay, announced without any order behind them."""

from uuid import UUID

import sqlalchemy as sa

from core.db.outbox import announce
from core.host.shop import Shop
from core.kernel.ids import new_id
from core.orders.events import OrderCancelled

SEEN = sa.table(
    "plugin_counts_events_seen", sa.column("aggregate"), sa.column("detail"), sa.column("id")
)


def cancelled(order_id: UUID | None = None, reason: str = "") -> OrderCancelled:
    return OrderCancelled(
        order_id=order_id or new_id(), order_no="N", member_id=new_id(), reason=reason
    )


def tell(shop: Shop, *events: OrderCancelled) -> None:
    with shop.database.write() as session:
        announce(session, *events)


def seen(shop: Shop) -> list[str]:
    """Details of what the counting plugin was told, in the order of its own ids."""
    with shop.database.read() as session:
        return list(session.scalars(sa.select(SEEN.c.detail).order_by(SEEN.c.id)))
