"""The bag of a member or a guest: what lies in it, what of it can be bought, what it costs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from core.catalog import services as catalog
from core.catalog.types import SkuFacts
from core.db.prepared import Prepared
from core.kernel.clock import now
from core.kernel.errors import NotFound, Rejected
from core.orders.rules import (
    LINES_LIMIT,
    PIECES_LIMIT,
    CartProblem,
    Ceiling,
    ceiling,
    check_pieces,
    problem_message,
)
from core.orders.services.basket import Basket, BasketLine, Want, allowances, read_basket
from core.orders.services.tables import CART_LINE
from core.orders.types import CartChange, CartLineView, CartView, Extensions
from core.pricing.types import PricedLine
from core.settings.rules import StoreSettings

_READ = Prepared(
    sa.select(CART_LINE.c.sku_id, CART_LINE.c.quantity, CART_LINE.c.is_selected)
    .where(CART_LINE.c.owner == sa.bindparam("bag"))
    .order_by(CART_LINE.c.added_at.desc(), CART_LINE.c.sku_id.desc())
)
_COUNT = Prepared(
    sa.select(sa.func.coalesce(sa.func.sum(CART_LINE.c.quantity), 0).label("pieces")).where(
        CART_LINE.c.owner == sa.bindparam("bag")
    )
)
_LINE = ["owner", "sku_id", "quantity", "is_selected", "added_at"]


def _upsert(quantity: Any) -> Prepared:
    """Put a line into a bag; one that lies there gets this quantity, at most the limit."""
    capped = sa.case((quantity > PIECES_LIMIT, PIECES_LIMIT), else_=quantity)
    upsert = _INSERT.on_conflict_do_update(
        index_elements=["owner", "sku_id"], set_={"quantity": capped, "is_selected": True}
    )
    return Prepared(upsert, _LINE)


_INSERT = postgresql.insert(CART_LINE)  # SQLite is told the same
_PUT = _upsert(_INSERT.excluded.quantity)
_ADD = _upsert(CART_LINE.c.quantity + _INSERT.excluded.quantity)


def member_cart(member_id: UUID) -> str:
    """Owner of a member's bag."""
    return f"member:{member_id}"


def guest_cart(visitor: str) -> str:
    """Owner of a guest's bag; ``visitor`` is the browser's random id."""
    return f"guest:{visitor}"


def read_wants(session: Session, owner: str, *, only_selected: bool = False) -> list[Want]:
    """The lines of a bag, newest first."""
    rows = _READ.all(session, {"bag": owner})
    wants = [Want(row.sku_id, row.quantity, bool(row.is_selected)) for row in rows]
    return [want for want in wants if want.is_selected] if only_selected else wants


def add_to_cart(session: Session, owner: str, sku_id: UUID, quantity: int = 1) -> CartChange:
    """Put pieces into the bag, on top of what lies there, as far as stock and limits allow.

    Raises:
        Rejected: off sale, sold out, the bag is full, or a number of pieces that makes no sense.
        NotFound: there is no such SKU.
    """
    check_pieces(quantity)
    return _change(session, owner, sku_id, quantity, is_on_top=True)


def set_quantity(session: Session, owner: str, sku_id: UUID, quantity: int) -> CartChange:
    """Set how many pieces of a SKU lie in the bag; 0 takes the line out.

    Raises:
        Rejected: off sale, sold out, the bag is full, or a number of pieces that makes no sense.
        NotFound: there is no such SKU.
    """
    if quantity == 0:
        remove_lines(session, owner, [sku_id])
        return CartChange(sku_id, 0)
    check_pieces(quantity)
    return _change(session, owner, sku_id, quantity, is_on_top=False)


def select_lines(
    session: Session, owner: str, sku_ids: Sequence[UUID] | None, *, selected: bool
) -> None:
    """Mark lines as to be ordered or not; ``None`` means all lines."""
    change = sa.update(CART_LINE).where(CART_LINE.c.owner == owner).values(is_selected=selected)
    if sku_ids is not None:
        change = change.where(CART_LINE.c.sku_id.in_(sku_ids))
    session.connection().execute(change)


def remove_lines(session: Session, owner: str, sku_ids: Sequence[UUID]) -> None:
    """Take lines out of the bag; SKUs that are not in it are no error."""
    session.connection().execute(
        sa.delete(CART_LINE).where(CART_LINE.c.owner == owner, CART_LINE.c.sku_id.in_(sku_ids))
    )


def merge_guest_cart(session: Session, visitor: str, member_id: UUID) -> int:
    """Move a guest's lines into the member's bag at sign-in. Returns how many lines moved.

    Pieces of the same SKU add up, to at most 999; lines beyond 99 stay behind and are dropped.
    Stock is not looked at: the bag shows what cannot be bought.
    """
    gone = (
        sa.delete(CART_LINE)
        .where(CART_LINE.c.owner == guest_cart(visitor))
        .returning(CART_LINE.c.sku_id, CART_LINE.c.quantity)
    )
    moved = {row.sku_id: row.quantity for row in session.connection().execute(gone)}
    if not moved:
        return 0
    owner = member_cart(member_id)
    kept = {want.sku_id for want in read_wants(session, owner)}
    room = LINES_LIMIT - len(kept)
    fresh = [sku_id for sku_id in moved if sku_id not in kept][: max(0, room)]
    chosen = [sku_id for sku_id in moved if sku_id in kept] + fresh
    if chosen:
        _store(session, owner, {sku_id: moved[sku_id] for sku_id in chosen}, is_on_top=True)
    return len(chosen)


def cart_count(session: Session, owner: str) -> int:
    """Pieces in the bag, for the icon. One statement; lines with a problem are counted too."""
    return sum(int(row.pieces) for row in _COUNT.all(session, {"bag": owner}))


def cart_view(
    session: Session,
    owner: str,
    *,
    member_id: UUID | None,
    settings: StoreSettings,
    extensions: Extensions,
    province: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> CartView:
    """The bag with its quote. Reads only: two statements, plus limits per member and price rules.

    Lines that cannot be bought as they stand stay in the bag, stand at the end with their reason
    and are not priced.
    """
    basket = read_basket(
        session,
        read_wants(session, owner),
        member_id=member_id,
        settings=settings,
        extensions=extensions,
        province=province,
        choices=choices,
    )
    return _view(owner, basket)


def wants_view(
    session: Session,
    wants: Mapping[UUID, int],
    *,
    member_id: UUID | None,
    settings: StoreSettings,
    extensions: Extensions,
    province: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> CartView:
    """“Buy now”: the same view for SKUs that do not lie in a bag. Reads only."""
    basket = read_basket(
        session,
        wanted(wants),
        member_id=member_id,
        settings=settings,
        extensions=extensions,
        province=province,
        choices=choices,
    )
    return _view("", basket)


def wanted(wants: Mapping[UUID, int]) -> list[Want]:
    """SKU → pieces as checked wants.

    Raises:
        Rejected: too many lines, or a number of pieces that makes no sense.
    """
    if len(wants) > LINES_LIMIT:
        raise _full()
    return [Want(sku_id, check_pieces(quantity)) for sku_id, quantity in wants.items()]


def _change(
    session: Session, owner: str, sku_id: UUID, quantity: int, *, is_on_top: bool
) -> CartChange:
    facts = next(iter(catalog.sku_lines(session, {sku_id: quantity})), None)
    if facts is None:
        raise NotFound("orders.sku", "This product does not exist.")
    held = {want.sku_id: want.quantity for want in read_wants(session, owner)}
    if sku_id not in held and len(held) >= LINES_LIMIT:
        raise _full()
    top = _ceiling_for(session, owner, facts)
    if top.pieces == 0 and top.problem is not None:
        raise Rejected(f"orders.{top.problem}", problem_message(top.problem), left=0)
    target = quantity + (held.get(sku_id, 0) if is_on_top else 0)
    stored = min(target, top.pieces)
    _store(session, owner, {sku_id: stored}, is_on_top=False)
    if stored == target or top.problem is None:
        return CartChange(sku_id, stored)
    return CartChange(sku_id, stored, problem_message(top.problem), {"left": top.pieces})


def _ceiling_for(session: Session, owner: str, facts: SkuFacts) -> Ceiling:
    member_id = UUID(owner.removeprefix("member:")) if owner.startswith("member:") else None
    allowance = allowances(session, [facts], member_id)
    return ceiling(
        is_on_sale=facts.is_on_sale,
        available=facts.available,
        allowance=allowance.get(facts.product_id),
    )


def _store(session: Session, owner: str, pieces: Mapping[UUID, int], *, is_on_top: bool) -> None:
    """Upsert lines; ``is_on_top`` adds to what lies there, otherwise the figure replaces it."""
    rows = [
        {
            "owner": owner,
            "sku_id": sku_id,
            "quantity": quantity,
            "is_selected": True,
            "added_at": now(),
        }
        for sku_id, quantity in sorted(pieces.items())
    ]
    (_ADD if is_on_top else _PUT).many(session, rows)


def _view(owner: str, basket: Basket) -> CartView:
    priced = iter(basket.quote.lines if basket.quote else ())
    lines = [_line_view(line, next(priced) if line.is_quoted else None) for line in basket.lines]
    good = [line for line in lines if line.problem is None]
    bad = [line for line in lines if line.problem is not None]
    return CartView(owner, (*good, *bad), basket.quote)


def _line_view(line: BasketLine, priced: PricedLine | None) -> CartLineView:
    facts, quantity = line.facts, line.want.quantity
    return CartLineView(
        sku_id=facts.sku_id,
        product_id=facts.product_id,
        slug=facts.slug,
        title=facts.title,
        options=facts.options,
        picture_id=facts.picture.id if facts.picture else None,
        picture=facts.picture,
        quantity=quantity,
        unit_price_fen=facts.price_fen,
        discount_fen=priced.discount_fen if priced else 0,
        total_fen=priced.total_fen if priced else facts.price_fen * quantity,
        available=facts.available,
        max_quantity=line.max_quantity,
        is_selected=line.want.is_selected,
        problem=line.problem,
        message=_message(line.problem),
        params={"left": line.max_quantity},
    )


def _message(problem: CartProblem | None) -> str:
    return "" if problem is None else problem_message(problem)


def _full() -> Rejected:
    return Rejected(
        "orders.cart_full", "The bag holds at most %(limit)s different products.", limit=LINES_LIMIT
    )
