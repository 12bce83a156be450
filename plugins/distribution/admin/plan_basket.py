"""The calculator's fields: a basket, a chain of up to three, the buyer; kept as they were typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import SkuName, admin_products, skus_coded, skus_of
from core.api.i18n import gettext as _
from core.api.money import FEN_LIMIT, AmountTooLarge, parse_yuan
from plugins.distribution.admin.plan_rates import plain
from plugins.distribution.rules import Plan, Programme
from plugins.distribution.rules.calculator import LineOutcome, Person, calculate
from plugins.distribution.services.calculating import RealChain, Wanted, basket, find_chain

MOST_LINES = 20
MOST_PIECES = 9999
NOBODY, IDLE, ACTIVE = "", "idle", "active"


@dataclass
class BasketRow:
    """One line as it was typed, with what was found for it."""

    code: str = ""
    pieces: str = "1"
    price: str = ""
    cost: str = ""
    is_campaign: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    choices: tuple[SkuName, ...] = ()
    sku: SkuName | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed that makes a line."""
        return not self.code and not self.price


@dataclass
class Calculator:
    """All fields of the calculator.

    Args:
        rows: the basket, one blank line last.
        seats: who stands at levels 1 to 3: nobody, ``idle``, ``active`` or the id of a grade.
        buyer: ``""`` for a customer, ``active`` or the id of a grade for a distributor.
        who: a real member whose chain was asked for.
        who_error: why there is none.
        real: what was found of them.
        outcomes: the lines, worked out.
        lines: the rows that ``outcomes`` are of.
    """

    rows: list[BasketRow]
    seats: list[str]
    buyer: str = ""
    who: str = ""
    who_error: str = ""
    real: RealChain | None = None
    outcomes: list[LineOutcome] = field(default_factory=list)
    lines: list[BasketRow] = field(default_factory=list)

    @property
    def paid_fen(self) -> int:
        """What the buyer pays, after an instant saving."""
        return sum(each.sold.paid_fen for each in self.outcomes)

    @property
    def saved_fen(self) -> int:
        """What the buyer saves at once."""
        return sum(each.saved_fen for each in self.outcomes)

    @property
    def paid_out_fen(self) -> int:
        """Commissions of all lines."""
        return sum(each.paid_out_fen for each in self.outcomes)

    @property
    def cost_fen(self) -> int:
        """What the goods cost."""
        return sum(each.sold.cost_fen for each in self.outcomes)

    @property
    def kept_fen(self) -> int:
        """What stays with the store."""
        return sum(each.kept_fen for each in self.outcomes)


def read_calculator(form: Mapping[str, str]) -> Calculator:
    """The fields as they were sent; an example of one piece when none were."""
    if "c-0-pieces" not in form:
        example = BasketRow(price="268.00", cost="")
        return Calculator([example, BasketRow()], [ACTIVE, ACTIVE, ACTIVE])
    rows = []
    for index in range(MOST_LINES):
        name = f"c-{index}-"
        if name + "pieces" not in form:
            break
        row = BasketRow(
            code=form.get(name + "sku", "").strip()[:80],
            pieces=form.get(name + "pieces", "").strip()[:8],
            price=form.get(name + "price", "").strip()[:20],
            cost=form.get(name + "cost", "").strip()[:20],
            is_campaign=name + "campaign" in form,
        )
        if form.get("use", "").startswith(f"{index}:"):
            row.code = form["use"].partition(":")[2][:80]
        if not row.is_blank:
            rows.append(row)
    if len(rows) < MOST_LINES:
        rows.append(BasketRow())
    seats = [form.get(f"u-{level}", "")[:40] for level in (1, 2, 3)]
    return Calculator(rows, seats, form.get("b", "")[:40], form.get("who", "").strip()[:80])


def work_out(
    session: Session,
    calculator: Calculator,
    programme: Programme,
    *,
    plan: Plan | None = None,
    takes_chain: bool = False,
) -> None:
    """Fill in what the basket pays by a programme; a line that cannot be read is left out.

    Args:
        session: for SKUs, shelves and members.
        calculator: its fields; changed.
        programme: draft or in force.
        plan: whose rates lines without a SKU take.
        takes_chain: whether the chain of the member who was typed shall stand in the seats.
    """
    if takes_chain:
        _take_chain(session, calculator, programme)
    _find_skus(session, calculator.rows)
    wanted = []
    calculator.lines = []
    for row in calculator.rows:
        line = None if row.is_blank else _wanted(row)
        if line is not None:
            wanted.append(line)
            calculator.lines.append(row)
    known = {str(grade.id): grade.id for grade in programme.grades}
    chain = [_person(seat, known) for seat in calculator.seats]
    buyer = _person(calculator.buyer, known) or Person(is_active=False)
    calculator.outcomes = calculate(
        programme, basket(session, programme, wanted, plan), chain, buyer
    )


def _person(seat: str, grades: Mapping[str, UUID]) -> Person | None:
    if seat == NOBODY:
        return None
    return Person(is_active=seat != IDLE, grade_id=grades.get(seat))


def _seat(person: Person, programme: Programme) -> str:
    if not person.is_active:
        return IDLE
    known = programme.grade(person.grade_id)
    return str(known.id) if known else ACTIVE


def _take_chain(session: Session, calculator: Calculator, programme: Programme) -> None:
    calculator.real = find_chain(session, calculator.who, programme) if calculator.who else None
    if calculator.real is None:
        calculator.who_error = _("Nobody, or more than one member, has this name or phone number.")
        return
    seats = [_seat(person, programme) for person in calculator.real.chain]
    calculator.seats = [*seats, NOBODY, NOBODY, NOBODY][:3]
    buyer = calculator.real.buyer
    calculator.buyer = _seat(buyer, programme) if buyer.is_active else NOBODY


def _find_skus(session: Session, rows: list[BasketRow]) -> None:
    typed = [row for row in rows if row.code]
    known = {sku.code: sku for sku in skus_coded(session, [row.code for row in typed])}
    for row in typed:
        row.sku = known.get(row.code)
        if row.sku is None:
            products = admin_products(session, query=row.code, per_page=6).items
            found = tuple(skus_of(session, [product.id for product in products]))
            if len(found) == 1:
                row.sku, row.code = found[0], found[0].code
            else:
                row.choices = found[:8]
                row.errors["sku"] = (
                    _("Which of these?") if found else _("Nothing has this code or name.")
                )


def _wanted(row: BasketRow) -> Wanted | None:
    pieces = int(row.pieces) if row.pieces.isascii() and row.pieces.isdigit() else 0
    if not 1 <= pieces <= MOST_PIECES:
        row.errors["pieces"] = _("Give a whole number from 1 to %(most)s.", most=MOST_PIECES)
    price = _amount(row, "price", row.price, row.sku.price_fen if row.sku else 0)
    cost = _amount(row, "cost", row.cost, row.sku.cost_fen if row.sku else 0)
    if row.errors:
        return None
    return Wanted(row.sku, pieces, price, cost, row.is_campaign)


def _amount(row: BasketRow, name: str, text: str, otherwise: int) -> int:
    if not text:
        return otherwise
    try:
        fen = parse_yuan(plain(text).lstrip("¥"))
    except AmountTooLarge:
        fen = FEN_LIMIT
    except ValueError:
        row.errors[name] = _("Give an amount in yuan, such as 12.50.")
        return 0
    if not 0 <= fen <= FEN_LIMIT // MOST_PIECES // MOST_LINES:
        row.errors[name] = _("This value is out of range.")
    return fen
