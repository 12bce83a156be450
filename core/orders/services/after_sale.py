"""After-sale: a wish for money back, the store's answer, the money's way back."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from core.orders.states import AfterSaleKind
from core.orders.types import AfterSaleOffer, AfterSaleView


def after_sale_offer(
    session: Session, order_no: str, *, member_id: UUID | None = None
) -> AfterSaleOffer:
    """What can still be asked back of an order. With ``member_id``: only that member's order."""
    raise NotImplementedError


def request_after_sale(
    session: Session,
    *,
    member_id: UUID,
    order_no: str,
    kind: AfterSaleKind,
    wants: Mapping[UUID, int],
    reason: str,
    note: str = "",
    amounts: Mapping[UUID, int] | None = None,
) -> UUID:
    """A shopper asks for money back; returns the after-sale's id.

    Args:
        wants: order line → pieces. For money only, pieces may be 0 and ``amounts`` says how much.
        amounts: order line → fen, at most what is left; missing lines: their pieces' share.
    """
    raise NotImplementedError


def open_by_staff(
    session: Session,
    *,
    order_no: str,
    kind: AfterSaleKind,
    wants: Mapping[UUID, int],
    reason: str,
    actor: str,
    note: str = "",
    amounts: Mapping[UUID, int] | None = None,
    freight_fen: int | None = None,
) -> UUID:
    """Staff opens an after-sale for a shopper: goodwill, also after the window or settlement."""
    raise NotImplementedError


def approve_after_sale(
    session: Session,
    after_sale_id: UUID,
    *,
    actor: str,
    answer: str = "",
    freight_fen: int | None = None,
) -> UUID | None:
    """Agree: the refund is asked for; returns its id to be run, ``None`` when 0 fen go back."""
    raise NotImplementedError


def reject_after_sale(session: Session, after_sale_id: UUID, *, actor: str, answer: str) -> None:
    """Decline, with an answer the shopper reads."""
    raise NotImplementedError


def withdraw_after_sale(session: Session, after_sale_id: UUID, *, member_id: UUID) -> None:
    """The shopper takes the wish back."""
    raise NotImplementedError


def after_sale_detail(
    session: Session, after_sale_id: UUID, *, member_id: UUID | None = None
) -> AfterSaleView:
    """One after-sale. With ``member_id``: only that member's."""
    raise NotImplementedError
