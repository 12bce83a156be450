"""The merchant's own format: a line is a SKU, lines of one product carry the same ``product``.

Texts of the product (title, subtitle, category …) stand in its first line; later lines leave them
blank or repeat them. A column that the file does not have is left alone on products that exist; a
blank cell clears its field, but a blank title, price, stock, state or position leaves it. A product
is taken whole or not at all: one bad line fails its other lines too. See ``docs/product-csv.md``.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from core.catalog.importing.types import ColumnMapping, Line, NewProduct, Outcome, Unit, Verdict
from core.catalog.rules.drafts import DEEPEST_SHELF, ProductState, checked_product, checked_skus
from core.catalog.types import ProductDraft, SkuDraft
from core.kernel.errors import InvalidInput
from core.kernel.money import AmountTooLarge, parse_yuan
from core.kernel.text import squeeze

PRODUCT_LEVEL = (
    "title", "subtitle", "category", "market_price", "attributes", "pictures", "description",
    "limit", "position", "state",
)  # fmt: skip
"""Fields that a product has once, in the line where it first appears."""

DEFAULT_LOW_AT = 10
NO_TITLE = "-"
"""Stands for a title that the file does not give."""

_YES = {"", "1", "yes", "y", "true", "是", "启用"}
_NO = {"0", "no", "n", "false", "否", "停用"}
_STATES = {"": "", "草稿": "draft", "上架": "on_sale", "在售": "on_sale", "下架": "off_sale"}
_ATTRIBUTE = re.compile(r"(?<!\\)[:：]")
_SHELF = re.compile(r"\s*[>＞]\s*")
_WHOLE = re.compile(r"\d{1,9}(?:\.0+)?")


class CellFault(Exception):
    """A cell that cannot be read, with its reason."""

    def __init__(self, code: str, message: str = "", **params: Any) -> None:
        self.code, self.message, self.params = code, message, params
        super().__init__(code)


@dataclass
class _Group:
    """Lines of one product, in the order of the file."""

    key: str
    lines: list[Line] = field(default_factory=list)


class MerchantPlan:
    """What becomes of every line of a file in the merchant's format.

    Args:
        lines: gives the file's lines; called once, and all are kept.
        mapping: which column is what.
    """

    def __init__(self, lines: Callable[[], Iterator[Line]], mapping: ColumnMapping) -> None:
        self._columns = mapping.columns
        self._groups: dict[str, _Group] = {}
        self._loose: list[Unit] = []
        self.total = 0
        for line in lines():
            self.total += 1
            self._place(line)
        self._twice = self._repeated_codes()

    def units(self) -> Iterator[Unit]:
        """Lines without a code first, then one unit a product."""
        yield from self._loose
        for group in self._groups.values():
            yield self._unit(group)

    def _place(self, line: Line) -> None:
        fault = line.fault or ("" if self._cell(line, "code") else "code.missing")
        if fault:
            outcome = Outcome.SKIPPED if fault == "line.blank" else Outcome.FAILED
            self._loose.append(Unit((Verdict(line, outcome, fault, is_kept=True),)))
            return
        key = self._cell(line, "product") or self._cell(line, "code")
        self._groups.setdefault(key, _Group(key)).lines.append(line)

    def _repeated_codes(self) -> set[str]:
        codes = Counter(
            self._cell(line, "code") for group in self._groups.values() for line in group.lines
        )
        return {code for code, count in codes.items() if count > 1}

    def _unit(self, group: _Group) -> Unit:
        faults: dict[int, CellFault] = {}
        skus: list[SkuDraft] = []
        for line in group.lines:
            try:
                self._refuse_differing(group.lines[0], line)
                skus.append(self._sku(line))
            except CellFault as fault:
                faults[line.no] = fault
        product = None
        if not faults:
            try:
                product = self._product(group, skus)
            except CellFault as fault:
                faults[group.lines[0].no] = fault
        if product is None:
            return Unit(tuple(_failed(line, faults.get(line.no)) for line in group.lines))
        return Unit(
            tuple(Verdict(line, Outcome.IMPORTED, "created") for line in group.lines), product
        )

    def _sku(self, line: Line) -> SkuDraft:
        code = self._cell(line, "code")
        if code in self._twice:
            raise CellFault("code.twice", value=code)
        options = {}
        for number in "123":
            name, value = self._cell(line, f"option{number}"), self._cell(line, f"value{number}")
            if name and value:
                options[name] = value
        low_at = self._whole(line, "low_at")
        return SkuDraft(
            code=code,
            price_fen=self._amount(line, "price") or 0,
            options=options,
            cost_fen=self._amount(line, "cost") or 0,
            market_price_fen=self._amount(line, "sku_market_price"),
            weight_g=self._whole(line, "weight_g") or 0,
            is_active=_active(self._cell(line, "active")),
            on_hand=self._whole(line, "stock") or 0,
            low_at=DEFAULT_LOW_AT if low_at is None else low_at,
        )

    def _product(self, group: _Group, skus: list[SkuDraft]) -> NewProduct:
        first = group.lines[0]
        draft = ProductDraft(
            title=self._cell(first, "title") or NO_TITLE,
            subtitle=self._cell(first, "subtitle"),
            description=self._raw(first, "description"),
            slug=self._cell(first, "product"),
            attributes=attributes_of(self._raw(first, "attributes")),
            market_price_fen=self._amount(first, "market_price"),
            per_member_limit=self._whole(first, "limit"),
            position=self._whole(first, "position") or 0,
        )
        try:
            # A missing price is told later, when it is known whether the SKU exists.
            checked = self._checked([_priced(sku) for sku in skus])
            prices = [sku.price_fen for sku in skus]
            draft = checked_product(draft)
        except InvalidInput as fault:
            raise CellFault(fault.code, fault.message, **fault.params) from fault
        return NewProduct(
            draft=draft,
            skus=tuple(_with_price(sku, price) for sku, price in zip(checked, prices, strict=True)),
            given=frozenset(name for name in self._columns if self._is_given(first, name)),
            category=_shelf_path(self._cell(first, "category")),
            pictures=tuple(_names(self._raw(first, "pictures"))),
            state=_state(self._cell(first, "state")),
            stock=self._counts(group.lines, "stock"),
            low_at=self._counts(group.lines, "low_at"),
            is_update=True,
        )

    def _checked(self, skus: list[SkuDraft]) -> list[SkuDraft]:
        """SKUs checked together; each alone when the file does not say what tells them apart."""
        if "value1" in self._columns:
            return checked_skus(skus)
        return [checked for sku in skus for checked in checked_skus([sku])]

    def _is_given(self, first: Line, name: str) -> bool:
        return name not in {"title", "state", "position"} or bool(self._cell(first, name))

    def _counts(self, lines: Iterable[Line], name: str) -> dict[str, int]:
        counts = {self._cell(line, "code"): self._whole(line, name) for line in lines}
        return {code: count for code, count in counts.items() if count is not None}

    def _refuse_differing(self, first: Line, line: Line) -> None:
        for name in PRODUCT_LEVEL:
            value = self._cell(line, name)
            if line is not first and value and value != self._cell(first, name):
                raise CellFault("product.differs", column=self._columns[name])

    def _raw(self, line: Line, name: str) -> str:
        column = self._columns.get(name)
        return line.cells.get(column, "") if column else ""

    def _cell(self, line: Line, name: str) -> str:
        return squeeze(self._raw(line, name))

    def _whole(self, line: Line, name: str) -> int | None:
        text = self._cell(line, name)
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise CellFault("count.format", value=text[:40])
        return int(text.partition(".")[0])

    def _amount(self, line: Line, name: str) -> int | None:
        text = self._cell(line, name)
        try:
            return parse_yuan(text) if text else None
        except AmountTooLarge:
            raise CellFault("price.absurd", value=text[:40]) from None
        except ValueError:
            raise CellFault("price.format", value=text[:40]) from None


def attributes_of(cell: str) -> tuple[tuple[str, str], ...]:
    r"""Attributes of a cell: one a line, name and value parted by a colon (``\:`` is none)."""
    pairs = []
    for row in cell.splitlines():
        name, *value = _ATTRIBUTE.split(row, maxsplit=1)
        if name.strip() and value:
            pairs.append((name.replace("\\:", ":").replace("\\：", "：").strip(), value[0].strip()))
    return tuple(pairs)


def attributes_cell(pairs: Iterable[tuple[str, str]]) -> str:
    """The cell of which :func:`attributes_of` reads these attributes."""
    return "\n".join(
        f"{name.replace(':', chr(92) + ':').replace('：', chr(92) + '：')}: {value}"
        for name, value in pairs
    )


def _failed(line: Line, fault: CellFault | None) -> Verdict:
    if fault is None:
        return Verdict(line, Outcome.FAILED, "product.line", is_kept=True)
    return Verdict(
        line, Outcome.FAILED, fault.code, fault.params, is_kept=True, message=fault.message
    )


def _priced(sku: SkuDraft) -> SkuDraft:
    return sku if sku.price_fen else _with_price(sku, 1)


def _with_price(sku: SkuDraft, price_fen: int) -> SkuDraft:
    return replace(sku, price_fen=price_fen)


def _active(text: str) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellFault("active.format", value=text[:40])


def _state(text: str) -> str:
    word = _STATES.get(text, text.casefold())
    if word and word not in set(ProductState):
        raise CellFault("state.format", value=text[:40])
    return word


def _shelf_path(text: str) -> tuple[str, ...]:
    path = tuple(name for name in _SHELF.split(text) if name)
    if len(path) > DEEPEST_SHELF or any(len(name) > 80 for name in path):
        raise CellFault("category.path", value=text[:80])
    return path


def _names(cell: str) -> Iterator[str]:
    for part in re.split(r"[|\n]", cell):
        if name := squeeze(part):
            yield name
