"""The grid: a row for each product and SKU, a cell for each audience, as shown and as typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import ProductRow, SkuName
from core.api.errors import InvalidInput
from core.api.i18n import gettext as _
from core.api.web import translate_error
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import version_of
from plugins.member_pricing.rules import Terms, price_text, read_price
from plugins.member_pricing.services.editing import (
    Change,
    Kept,
    Target,
    left_out,
    prices_of,
)
from plugins.member_pricing.services.listing import (
    Column,
    Key,
    applies,
    by_product,
    fault_of,
)


@dataclass
class Cell:
    """One price of the grid.

    Args:
        target: of what.
        column: for whom.
        kept: as it is now.
        text: as typed, or as it is.
        effect: what one piece comes to.
        fault: what is wrong with it.
        inherited: the product's price that counts while the cell is empty.
        error: why it cannot be saved.
    """

    target: Target
    column: Column
    kept: Kept | None
    text: str
    effect: str = ""
    fault: str = ""
    inherited: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """Of its field."""
        return f"p.{self.target.id}.{self.column.key}"

    @property
    def was(self) -> str:
        """What goes back with the form: the version that was seen, and its text."""
        kept = self.kept
        return f"{kept.version if kept else 0}|{price_text(kept.terms.price if kept else None)}"

    @property
    def window(self) -> str:
        """The days on which it counts, when there are any."""
        return wording.window_words(self.kept.terms) if self.kept else ""


@dataclass
class Row:
    """A product as a whole, or one SKU of it."""

    target: Target
    label: str
    list_fen: tuple[int, int]
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_sku(self) -> bool:
        """Whether it is about one SKU."""
        return self.target.sku_id is not None


@dataclass
class Group:
    """A product with its rows."""

    product: ProductRow
    is_left_out: bool
    rows: list[Row]

    @property
    def cells(self) -> Iterator[Cell]:
        """All of them."""
        return (cell for row in self.rows for cell in row.cells)


def grid(
    session: Session, products: Sequence[ProductRow], columns: Sequence[Column]
) -> list[Group]:
    """The grid of some products; three statements."""
    ids = [product.id for product in products]
    skus, prices, out = by_product(session, ids), prices_of(session, ids), left_out(session, ids)
    return [
        Group(product, product.id in out, _rows(product.id, skus[product.id], prices, columns))
        for product in products
    ]


def _rows(
    product_id: UUID,
    skus: Sequence[SkuName],
    prices: Mapping[Key, Kept],
    columns: Sequence[Column],
) -> list[Row]:
    """The product's row; one for each SKU where there are several, or one has its own price."""
    fens = [sku.price_fen for sku in skus] or [0]
    whole = Row(Target(product_id), _("All SKUs"), (min(fens), max(fens)))
    rows = [whole]
    has_own = any(
        kept.target.sku_id and kept.target.product_id == product_id for kept in prices.values()
    )
    if len(skus) > 1 or has_own:
        rows += [
            Row(
                Target(product_id, sku.id),
                " · ".join(sku.options.values()) or sku.code,
                (sku.price_fen, sku.price_fen),
            )
            for sku in skus
        ]
    for row in rows:
        row.cells = [_cell(row, column, skus, prices) for column in columns]
    return rows


def _cell(row: Row, column: Column, skus: Sequence[SkuName], prices: Mapping[Key, Kept]) -> Cell:
    kept = prices.get((row.target.id, column.key))
    whole = prices.get((row.target.product_id, column.key)) if row.is_sku else None
    shown = kept or whole
    cell = Cell(row.target, column, kept, price_text(kept.terms.price) if kept else "")
    if shown is None:
        return cell
    meant = [sku for sku in skus if kept and applies(prices, kept, sku)]
    low, high = (shown.terms.price.unit_fen(fen) for fen in row.list_fen)
    cell.effect = wording.yuan(low) if low == high else f"{wording.yuan(low)}–{wording.yuan(high)}"
    if kept:
        cell.fault = fault_of(kept.terms.price, meant)
    else:
        cell.inherited = price_text(shown.terms.price)
    return cell


def typed_changes(groups: Sequence[Group], form: Mapping[str, str]) -> tuple[list[Change], bool]:
    """What was typed into the grid, and whether all of it can be read; the cells are told.

    A cell that shows what it showed before is left alone, whoever changed it meanwhile.
    """
    changes, is_fine = [], True
    for cell in (cell for group in groups for cell in group.cells):
        text, was = form.get(cell.name), form.get(f"was.{cell.name}", "")
        version, _mark, before = was.partition("|")
        seen = version_of(version)
        if text is None or text.strip() == before or seen is None:
            continue
        cell.text = text.strip()
        try:
            price = read_price(text)
        except InvalidInput as error:
            cell.error, is_fine = translate_error(error), False
            continue
        kept = cell.kept.terms if cell.kept else None
        terms = (
            Terms(price, kept.starts_at if kept else None, kept.ends_at if kept else None)
            if price
            else None
        )
        changes.append(Change(cell.target, cell.column.audience, terms, seen))
    return changes, is_fine


def tell_moved(groups: Sequence[Group], moved: Sequence[tuple[Change, Kept | None]]) -> None:
    """Say at each cell that somebody else changed, and to what."""
    known = {change.key: kept for change, kept in moved}
    for cell in (cell for group in groups for cell in group.cells):
        key = (cell.target.id, cell.column.key)
        if key in known:
            kept = known[key]
            words = wording.terms_words(kept.terms if kept else None)
            cell.error = _("Changed meanwhile: %(now)s. Save again to replace it.", now=words)
