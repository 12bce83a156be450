"""The catalogue as a CSV file in the merchant's own format; read back, it changes nothing."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing.formulas import escaped
from core.catalog.importing.mappings import PRODUCT_FIELDS
from core.catalog.importing.merchant import attributes_cell
from core.catalog.importing.reasons import REASONS
from core.catalog.importing.runs import noted_rows
from core.catalog.importing.snapshots import Stored, StoredSku, load_stored
from core.catalog.importing.types import Outcome
from core.catalog.models import Product
from core.kernel.money import format_yuan

Heads = Literal["zh", "en"]
_BATCH = 300
_REASON_COLUMN = "import_error"


def export_products(
    session: Session, ids: Sequence[UUID] | None = None, *, heads: Heads = "zh"
) -> list[str]:
    """Lines of the file, each with its line end: the head, then one line a SKU.

    Every cell that a spreadsheet program would run is made harmless. A few statements per 300
    products. ``ids`` ``None``: the whole catalogue, drafts and products off sale included.
    """
    chosen = list(ids) if ids is not None else list(session.scalars(_ALL))
    lines = [_line(head_cells(heads))]
    for start in range(0, len(chosen), _BATCH):
        batch = chosen[start : start + _BATCH]
        stored = load_stored(session, batch)
        for product_id in batch:
            if product_id in stored:
                lines += map(_line, _rows(stored[product_id]))
    return lines


def failed_rows_csv(
    session: Session,
    run_id: UUID,
    columns: Sequence[str],
    *,
    explain: Callable[[str, Mapping[str, Any]], str] = lambda message, params: message % params,
) -> list[str]:
    """The failed lines of a run as a file to mend and import: the reason stands in a column more.

    ``explain`` words a reason (catalogue entry, its values) for the reader; in English without it.
    The column is not looked at when the file comes back.
    """
    rows = noted_rows(session, run_id, outcome=Outcome.FAILED, per_page=100_000).items
    lines = [_line([*columns, _REASON_COLUMN])]
    for row in rows:
        reason = explain(REASONS.get(row.code, row.message), dict(row.params))
        lines.append(_line([*(row.content.get(column, "") for column in columns), reason]))
    return lines


def template_csv(*, heads: Heads = "zh") -> list[str]:
    """An example file: one plain product, one with two SKUs."""
    rows = ([cells.get(name, "") for name in PRODUCT_FIELDS] for cells in _EXAMPLE)
    return [_line(head_cells(heads)), *map(_line, rows)]


def head_cells(heads: Heads) -> list[str]:
    """Names of the columns, Chinese or as the documentation calls them."""
    if heads == "en":
        return list(PRODUCT_FIELDS)
    return [others[0] for others in PRODUCT_FIELDS.values()]


_ALL = sa.select(Product.id).order_by(Product.position, Product.id)

_EXAMPLE: tuple[dict[str, str], ...] = (
    {
        "product": "walnut-tray",
        "code": "TRAY-M",
        "title": "黑胡桃茶盘",
        "subtitle": "整料开槽，不渗水",
        "category": "茶器 > 茶盘",
        "price": "188.00",
        "market_price": "248.00",
        "cost": "80.00",
        "stock": "20",
        "attributes": "材质: 黑胡桃\n尺寸: 36 cm",
        "description": "四边围挡由一块整料铣出。",
        "state": "on_sale",
    },
    {
        "product": "stone-mug",
        "code": "MUG-RED",
        "title": "粗陶杯 350ml",
        "category": "咖啡",
        "option1": "杯底",
        "value1": "珊瑚",
        "price": "59.00",
        "stock": "100",
        "limit": "2",
        "state": "on_sale",
    },
    {
        "product": "stone-mug",
        "code": "MUG-BLUE",
        "option1": "杯底",
        "value1": "黛蓝",
        "price": "59.00",
        "stock": "80",
    },
)


def _rows(product: Stored) -> Iterator[list[str]]:
    own = _product_cells(product)
    options = list(dict.fromkeys(name for sku in product.skus for name in sku.draft.options))
    for place, sku in enumerate(product.skus):
        cells = {**(own if place == 0 else {}), **_sku_cells(sku, options)}
        cells["product"] = product.draft.slug
        yield [str(cells.get(name, "")) for name in PRODUCT_FIELDS]


def _product_cells(product: Stored) -> dict[str, Any]:
    draft = product.draft
    return {
        "title": draft.title,
        "subtitle": draft.subtitle,
        "category": " > ".join(product.category),
        "market_price": _yuan(draft.market_price_fen),
        "attributes": attributes_cell(draft.attributes),
        "pictures": "|".join(product.picture_names),
        "description": draft.description,
        "limit": _blank(draft.per_member_limit),
        "position": draft.position,
        "state": product.state,
    }


def _sku_cells(sku: StoredSku, options: Sequence[str]) -> dict[str, Any]:
    draft = sku.draft
    cells = {
        "code": draft.code,
        "price": _yuan(draft.price_fen),
        "sku_market_price": _yuan(draft.market_price_fen),
        "cost": _yuan(draft.cost_fen),
        "stock": draft.on_hand,
        "low_at": draft.low_at,
        "weight_g": draft.weight_g,
        "active": int(draft.is_active),
    }
    named = [name for name in options if name in draft.options]
    for number, name in enumerate(named, 1):
        cells |= {f"option{number}": name, f"value{number}": draft.options[name]}
    return cells


def _yuan(fen: int | None) -> str:
    return "" if fen is None else format_yuan(fen)


def _blank(value: int | None) -> str:
    return "" if value is None else str(value)


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([escaped(cell) for cell in cells])
    return text.getvalue()
