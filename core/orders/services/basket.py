"""What a bag comes to: facts of its SKUs, what of it can be bought, and the quote.

Pages and placement read the same basket, so the total a shopper sees is the total that is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog import services as catalog
from core.catalog.types import SkuFacts
from core.kernel.clock import now
from core.kernel.values import dataclass
from core.orders.rules import CartProblem, ceiling
from core.orders.services.tables import LINE, ORDER
from core.orders.states import OrderState
from core.orders.types import Extensions
from core.pricing import services as pricing
from core.pricing.types import Quote, QuoteLine, QuoteRequest
from core.settings.rules import StoreSettings

_BOUGHT = (
    sa.select(LINE.c.product_id, sa.func.sum(LINE.c.quantity - LINE.c.refunded_quantity))
    .select_from(sa.join(LINE, ORDER, LINE.c.order_id == ORDER.c.id))
    .where(
        ORDER.c.member_id == sa.bindparam("member_id"),
        ORDER.c.state.in_((OrderState.PLACED, OrderState.COMPLETED)),
        LINE.c.product_id.in_(sa.bindparam("product_ids", expanding=True)),
    )
    .group_by(LINE.c.product_id)
)


@dataclass(frozen=True)
class Want:
    """Pieces of a SKU somebody wants; only selected ones are priced."""

    sku_id: UUID
    quantity: int
    is_selected: bool = True


@dataclass(frozen=True)
class BasketLine:
    """A want with the facts of its SKU. ``max_quantity`` is the most that can be chosen now."""

    want: Want
    facts: SkuFacts
    max_quantity: int
    problem: CartProblem | None

    @property
    def is_quoted(self) -> bool:
        """Whether the line is priced and would be ordered."""
        return self.want.is_selected and self.problem is None


@dataclass(frozen=True)
class Basket:
    """Lines in the order of the wants, and the quote over the quoted ones (``None``: none)."""

    lines: tuple[BasketLine, ...]
    quote: Quote | None

    @property
    def quoted(self) -> tuple[BasketLine, ...]:
        """Lines that would be ordered, in the order of ``quote.lines``."""
        return tuple(line for line in self.lines if line.is_quoted)


def read_basket(
    session: Session,
    wants: Sequence[Want],
    *,
    member_id: UUID | None,
    settings: StoreSettings,
    extensions: Extensions,
    province: str | None = None,
    choices: Mapping[str, str] | None = None,
) -> Basket:
    """Facts, limits and quote of some wants.

    One statement for the SKUs, one more when a product has a limit per member, and at most one a
    price rule. A SKU that exists no more is left out.
    """
    if not wants:
        return Basket((), None)
    asked = {want.sku_id: want.quantity for want in wants}
    facts = {each.sku_id: each for each in catalog.sku_lines(session, asked)}
    allowance = allowances(session, facts.values(), member_id)
    lines = tuple(
        _line_of(want, facts[want.sku_id], allowance) for want in wants if want.sku_id in facts
    )
    chosen = [line for line in lines if line.is_quoted]
    if not chosen:
        return Basket(lines, None)
    request = QuoteRequest(
        lines=tuple(_quote_line(line) for line in chosen),
        member_id=member_id,
        at=now(),
        province=province,
        choices=dict(choices or {}),
    )
    rules = (*pricing.core_rules(settings), *extensions.rules)
    return Basket(lines, pricing.quote(session, request, rules))


def allowances(
    session: Session, facts: Iterable[SkuFacts], member_id: UUID | None
) -> dict[UUID, int]:
    """Pieces of each product with a limit that this member may still buy; others are left out.

    What was bought and not given back counts, in every order that is not cancelled or expired.
    """
    limits = {each.product_id: each.limit for each in facts if each.limit is not None}
    if not limits or member_id is None:
        return limits
    rows = session.connection().execute(
        _BOUGHT, {"member_id": member_id, "product_ids": list(limits)}
    )
    bought = {product_id: int(pieces) for product_id, pieces in rows}
    return {product: limit - bought.get(product, 0) for product, limit in limits.items()}


def _line_of(want: Want, facts: SkuFacts, allowance: dict[UUID, int]) -> BasketLine:
    """Judge one want; a selected good line uses up its product's allowance."""
    top = ceiling(
        is_on_sale=facts.is_on_sale,
        available=facts.available,
        allowance=allowance.get(facts.product_id),
    )
    problem = top.problem if want.quantity > top.pieces else None
    if problem is None and want.is_selected and facts.product_id in allowance:
        allowance[facts.product_id] -= want.quantity
    return BasketLine(want, facts, top.pieces, problem)


def _quote_line(line: BasketLine) -> QuoteLine:
    facts = line.facts
    return QuoteLine(
        sku_id=facts.sku_id,
        product_id=facts.product_id,
        category_id=facts.category_id,
        quantity=line.want.quantity,
        unit_price_fen=facts.price_fen,
        cost_fen=facts.cost_fen,
        weight_g=facts.weight_g,
    )
