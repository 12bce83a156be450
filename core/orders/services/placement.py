"""Prepare: from a bag to an order with its price, its uplines and its stock frozen."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from core.orders.types import Extensions, PlacedOrder
from core.settings.rules import StoreSettings


def place_order(
    session: Session,
    *,
    member_id: UUID,
    address_id: UUID,
    expected_total_fen: int,
    request_key: str,
    settings: StoreSettings,
    extensions: Extensions,
    wants: Mapping[UUID, int] | None = None,
    visitor: str | None = None,
    note: str = "",
    choices: Mapping[str, str] | None = None,
) -> PlacedOrder:
    """Place an order of the selected lines of the member's bag, or of ``wants`` (SKU → pieces).

    Raises:
        Conflict: ``orders.total_changed`` when the total differs from ``expected_total_fen``;
            ``error.params["quote"]`` is the new quote.
        Rejected: nothing to order, a line that cannot be bought, stock short, a limit, a plugin's
            refusal, the store is closed.
        NotFound: the address is not the member's.
    """
    raise NotImplementedError
