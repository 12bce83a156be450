"""Which orders of a list can be shipped."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel.values import dataclass
from core.orders.models import Order
from core.web.admin.queries.waiting import TO_SHIP


@dataclass(frozen=True)
class Shippable:
    """An order by number. ``is_ready``: paid and not shipped yet."""

    order_no: str
    is_ready: bool


def shippable(session: Session, numbers: Collection[str]) -> dict[str, Shippable]:
    """The orders among these numbers. One statement."""
    if not numbers:
        return {}
    rows = session.execute(
        sa.select(Order.order_no, sa.case((TO_SHIP, 1), else_=0)).where(
            Order.order_no.in_(set(numbers))
        )
    )
    return {number: Shippable(number, bool(ready)) for number, ready in rows}
