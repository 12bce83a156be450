"""Prepare: from a bag to an order with its price, its uplines and its stock frozen.

Reading and computing come first; then a few inserts and, last of all, the stock, so that a piece
many people want is locked for as short as can be.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.members.models import Address, Member
from core.members.types import MemberState
from core.orders.rules import problem_message, tidy_note
from core.orders.services.basket import Basket, read_basket
from core.orders.services.cart import member_cart, read_wants, wanted
from core.orders.services.storing import ADDRESS_PARTS, Placement, Request, store_order
from core.orders.services.tables import ORDER
from core.orders.states import OrderState, PaymentState
from core.orders.types import Extensions, PlacedOrder, PlacementFacts
from core.pricing.types import Quote
from core.settings.rules import BindingPolicy, StoreSettings
from core.sharing import services as sharing

_member = Member.__table__.c
_address = Address.__table__.c
_lock_buyer = Prepared(
    sa.select(
        _member.state.label("member_state"),
        _address.id,
        *(_address[part] for part in ADDRESS_PARTS),
    )
    .select_from(
        sa.outerjoin(
            Member.__table__,
            Address.__table__,
            sa.and_(_address.id == sa.bindparam("address_id"), _address.member_id == _member.id),
        )
    )
    .where(_member.id == sa.bindparam("member_id"))
    .with_for_update(of=Member.__table__, key_share=True)
)
_find_placed = Prepared(
    sa.select(
        ORDER.c.id, ORDER.c.order_no, ORDER.c.total_fen, ORDER.c.expires_at, ORDER.c.payment_state
    ).where(
        ORDER.c.member_id == sa.bindparam("member_id"),
        ORDER.c.request_key == sa.bindparam("request_key"),
    )
)


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
    visitor: str = "",
    note: str = "",
    choices: Mapping[str, str] | None = None,
) -> PlacedOrder:
    """Place an order of the selected lines of the member's bag, or of ``wants`` (SKU → pieces).

    The same ``request_key`` of the same member answers with the order of the first call. The order
    freezes the quote with its trace, the uplines and what plugins freeze; its stock is held for
    ``settings.unpaid_minutes``. Lines that cannot be bought stay in the bag. 0 fen: paid at once.

    Args:
        session: the unit of work; it must end when this raises.
        member_id: who orders.
        address_id: one of the member's addresses.
        expected_total_fen: the total the shopper saw; it is compared and never used.
        request_key: made once by the page with the button, at most 64 characters.
        settings: the store's settings.
        extensions: rules, checks and freezes of the enabled plugins.
        wants: “buy now”; the bag is not touched then.
        visitor: id of the browser, for referrals that bind at the first order or payment.
        note: the shopper's words, cut at 200 characters.
        choices: what the shopper picked for price rules, by rule key.

    Raises:
        Conflict: ``orders.total_changed``; ``error.params["quote"]`` is the new quote.
        Rejected: nothing to order, a line that cannot be bought, stock short, a limit, a plugin's
            refusal, the store is closed.
        NotFound: the address is not the member's.
        Forbidden: the account is blocked.
    """
    if not 0 < len(request_key) <= 64:
        raise InvalidInput(
            "orders.request_key", "The form is out of date; reload the page.", field="request_key"
        )
    buyer = _locked_buyer(session, member_id, address_id)
    if placed := _placed_before(session, member_id, request_key):
        return placed
    request = Request(
        member_id=member_id,
        address=_checked_address(buyer),
        request_key=request_key,
        expected_total_fen=expected_total_fen,
        wants=None if wants is None else wanted(wants),
        visitor=visitor,
        note=tidy_note(note),
        choices=choices,
        settings=settings,
        extensions=extensions,
    )
    return store_order(session, request, _prepare(session, request))


def _locked_buyer(session: Session, member_id: UUID, address_id: UUID) -> Mapping[str, Any] | None:
    """Lock the member, so that their orders are placed one after another; read the address."""
    row = _lock_buyer.first(session, {"member_id": member_id, "address_id": address_id})
    return None if row is None else row._asdict()


def _checked_address(buyer: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if buyer is None or buyer["id"] is None:
        raise NotFound("orders.address", "Choose an address.")
    if buyer["member_state"] != MemberState.ACTIVE:
        raise Forbidden("orders.member", "This account cannot place orders.")
    return buyer


def _placed_before(session: Session, member_id: UUID, request_key: str) -> PlacedOrder | None:
    row = _find_placed.first(session, {"member_id": member_id, "request_key": request_key})
    if row is None:
        return None
    is_paid = row.payment_state != PaymentState.PENDING
    return PlacedOrder(row.id, row.order_no, row.total_fen, row.expires_at, False, is_paid)


def _prepare(session: Session, request: Request) -> Placement:
    """Read and compute: basket, quote, uplines, checks, freezes. Writes no row of the order."""
    settings, extensions = request.settings, request.extensions
    if not settings.is_open:
        raise Rejected("orders.closed", "The store is closed at the moment.")
    basket = _basket(session, request)
    quote = _agreed_quote(basket, request)
    at, order_id = now(), new_id()
    order_no = new_number(at.astimezone(ZoneInfo(settings.timezone)))
    facts = PlacementFacts(
        order_id=order_id,
        member_id=request.member_id,
        quote=quote,
        chain=_chain(session, request, order_no),
        province=request.address["province"],
    )
    extensions.check("check_place_order", session=session, placement=facts)
    return Placement(
        order_id=order_id,
        order_no=order_no,
        at=at,
        lines=basket.quoted,
        facts=facts,
        plan_versions={name: freeze(session, facts) for name, freeze in extensions.freezes.items()},
    )


def _basket(session: Session, request: Request) -> Basket:
    wants = request.wants
    if wants is None:
        wants = read_wants(session, member_cart(request.member_id), only_selected=True)
    basket = read_basket(
        session,
        wants,
        member_id=request.member_id,
        settings=request.settings,
        extensions=request.extensions,
        province=request.address["province"],
        choices=request.choices,
    )
    bad = next((line for line in basket.lines if line.problem is not None), None)
    if bad is not None and bad.problem is not None and request.wants is not None:
        raise Rejected(f"orders.{bad.problem}", problem_message(bad.problem), left=bad.max_quantity)
    return basket


def _agreed_quote(basket: Basket, request: Request) -> Quote:
    """The quote, when it asks what the shopper saw."""
    quote = basket.quote
    if quote is None:
        raise Rejected("orders.nothing", "Nothing here can be ordered at the moment.")
    if quote.total_fen != request.expected_total_fen:
        raise Conflict(
            "orders.total_changed",
            "The total has changed. Please look at the new price before you order.",
            quote=quote,
            expected_total_fen=request.expected_total_fen,
        )
    return quote


def _chain(session: Session, request: Request, order_no: str) -> tuple[tuple[int, UUID], ...]:
    """Uplines at this moment, after the policy had its chance to bind."""
    sharing.bind_on_order(
        session,
        request.member_id,
        request.visitor,
        settings=request.settings,
        check=request.extensions.check,
        is_first=_is_first(session, request),
        order_no=order_no,
    )
    return tuple(
        (level, member_id) for level, member_id in sharing.chain_of(session, request.member_id)
    )


def _is_first(session: Session, request: Request) -> bool:
    """Whether the member orders for the first time; asked only where the policy wants to know."""
    if request.settings.binding != BindingPolicy.FIRST_ORDER:
        return True
    before = sa.exists().where(
        ORDER.c.member_id == request.member_id,
        ORDER.c.state.in_((OrderState.PLACED, OrderState.COMPLETED)),
    )
    return not session.connection().scalar(sa.select(before))
