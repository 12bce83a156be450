"""The grid of SKUs in the product editor: options in, one line per choice, what was typed kept.

The grid is plain form fields (``sku-<n>-price`` …), so it works without script. Nothing here looks
at the store: lines become drafts, and the catalogue's services judge them.
"""

import itertools
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any
from uuid import UUID

from core.catalog.rules.drafts import MOST_PRICE_FEN
from core.catalog.types import SkuDraft, SkuEdit
from core.kernel.errors import Rejected
from core.kernel.money import AmountTooLarge, format_yuan, parse_yuan
from core.kernel.text import squeeze
from core.kernel.values import dataclass
from core.web.figures import money
from core.web.i18n import gettext

MOST_LINES = 200
MOST_OPTIONS = 3
_TEXTS = ("code", "price", "market", "cost", "stock", "low", "weight")


@dataclass(frozen=True)
class OptionLine:
    """An option as typed: its name, and its values with commas between."""

    name: str = ""
    values: str = ""

    def parsed(self) -> tuple[str, list[str]]:
        """Name and values in order, repeats and blanks dropped."""
        parts = self.values.replace("，", ",").replace("、", ",").split(",")
        values = [squeeze(part) for part in parts]
        return squeeze(self.name), list(dict.fromkeys(value for value in values if value))


@dataclass(frozen=True)
class SkuLine:
    """A line of the grid as typed. ``on_hand`` and ``allocated`` are what an existing SKU has."""

    options: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    code: str = ""
    price: str = ""
    market: str = ""
    cost: str = ""
    stock: str = ""
    low: str = "10"
    weight: str = ""
    is_active: bool = True
    on_hand: int | None = None
    allocated: int = 0
    picture_id: UUID | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The choice in one line."""
        return " / ".join(self.options.values())

    @property
    def options_json(self) -> str:
        """The choice as it travels through the form."""
        return json.dumps(dict(self.options), ensure_ascii=False)

    @property
    def is_new(self) -> bool:
        """Whether the SKU is not stored yet."""
        return not self.id


def lines_of(skus: Sequence[SkuEdit]) -> list[SkuLine]:
    """Stored SKUs as lines."""
    return [
        SkuLine(
            options=dict(sku.options),
            id=str(sku.id),
            code=sku.code,
            price=format_yuan(sku.price_fen),
            market="" if sku.market_price_fen is None else format_yuan(sku.market_price_fen),
            cost=format_yuan(sku.cost_fen) if sku.cost_fen else "",
            low=str(sku.low_at),
            weight=str(sku.weight_g or ""),
            is_active=sku.is_active,
            on_hand=sku.on_hand,
            allocated=sku.allocated,
            picture_id=sku.picture_id,
        )
        for sku in skus
    ]


def options_of(lines: Sequence[SkuLine]) -> list[OptionLine]:
    """The options that the lines choose from."""
    names: dict[str, list[str]] = {}
    for line in lines:
        for name, value in line.options.items():
            known = names.setdefault(name, [])
            if value not in known:
                known.append(value)
    return [OptionLine(name, ", ".join(values)) for name, values in names.items()]


def read_options(form: Mapping[str, Any]) -> list[OptionLine]:
    """Options as sent."""
    names, values = form.getlist("option-name"), form.getlist("option-values")  # type: ignore[attr-defined]
    pairs = itertools.zip_longest(names, values, fillvalue="")
    return [OptionLine(n.strip(), v.strip()) for n, v in pairs if n.strip() or v.strip()][
        :MOST_OPTIONS
    ]


def read_lines(form: Mapping[str, Any], stored: Sequence[SkuLine]) -> list[SkuLine]:
    """Lines as sent, with the stock that stored SKUs have now."""
    known = {line.id: line for line in stored}
    found = []
    for number in range(MOST_LINES):
        prefix = f"sku-{number}-"
        if f"{prefix}options" not in form:
            break
        texts: Any = {name: str(form.get(prefix + name, "")).strip() for name in _TEXTS}
        old = known.get(str(form.get(f"{prefix}id", "")))
        found.append(
            SkuLine(
                options=_options(form[f"{prefix}options"]),
                id=old.id if old else "",
                is_active=f"{prefix}active" in form,
                on_hand=old.on_hand if old else None,
                allocated=old.allocated if old else 0,
                picture_id=old.picture_id if old else None,
                **texts,
            )
        )
    return found


def _options(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {str(name): str(chosen) for name, chosen in value.items()}


def combine(options: Sequence[OptionLine], lines: Sequence[SkuLine]) -> list[SkuLine]:
    """One line per choice, in the order of the options; what was typed for a choice is kept.

    A new choice starts from the first line's prices. Stored SKUs that are no choice any more stay
    at the end, switched off. Without options there is one line.

    Raises:
        Rejected: more choices than one product may have; nothing is made.
    """
    parsed = [option.parsed() for option in options]
    parsed = [(name, values) for name, values in parsed if name and values]
    count = math.prod(len(values) for _, values in parsed)
    if count > MOST_LINES:
        raise Rejected(
            "catalog.many_choices",
            "These options make %(count)s choices; a product has at most %(most)s.",
            count=count,
            most=MOST_LINES,
        )
    names = [name for name, _ in parsed]
    known = {tuple(sorted(line.options.items())): line for line in lines}
    pattern = lines[0] if lines else SkuLine()
    blank = SkuLine(price=pattern.price, market=pattern.market, cost=pattern.cost, low=pattern.low)
    made, used = [], set()
    for values in itertools.product(*(values for _, values in parsed)):
        choice = dict(zip(names, values, strict=True))
        key = tuple(sorted(choice.items()))
        used.add(key)
        line = known.get(key)
        made.append(replace(line, options=choice) if line else replace(blank, options=choice))
    left = [
        replace(line, is_active=False)
        for key, line in known.items()
        if key not in used and not line.is_new and set(line.options) == set(names)
    ]
    return made + left


def drafts_of(lines: Sequence[SkuLine]) -> tuple[list[SkuDraft], list[SkuLine]]:
    """Drafts for the catalogue (none when a line is wrong), and the lines with what is wrong."""
    drafts, checked = [], []
    repeated = {code for code, count in Counter(line.code for line in lines).items() if count > 1}
    for line in lines:
        draft, errors = _draft(line)
        if line.code and line.code in repeated:
            errors["code"] = gettext("Two SKUs have the same code.")
        drafts.append(draft)
        checked.append(replace(line, errors=errors))
    has_errors = any(line.errors for line in checked)
    return ([] if has_errors else drafts), checked


def refused(lines: Sequence[SkuLine], code: str, sentence: str) -> list[SkuLine]:
    """The lines, with what the catalogue said of a code at the line that has it."""
    return [
        replace(line, errors={**line.errors, "code": sentence}) if line.code == code else line
        for line in lines
    ]


def _draft(line: SkuLine) -> tuple[SkuDraft, dict[str, str]]:
    errors: dict[str, str] = {}
    price, cost = _fen(line, "price", errors), _fen(line, "cost", errors)
    market = _fen(line, "market", errors)
    if price is None and "price" not in errors:
        errors["price"] = gettext("This field is required.")
    for name, fen in (("price", price), ("cost", cost), ("market", market)):
        if fen is not None and (fen < 0 or (fen == 0 and name == "price")):
            errors[name] = gettext("Give an amount above 0.")
        elif fen is not None and fen > MOST_PRICE_FEN:
            errors[name] = gettext("Give at most %(most)s.", most=money(MOST_PRICE_FEN))
    draft = SkuDraft(
        code=line.code,
        price_fen=price or 0,
        options=line.options,
        id=UUID(line.id) if line.id else None,
        cost_fen=cost or 0,
        market_price_fen=market,
        picture_id=line.picture_id,
        weight_g=_count(line, "weight", errors),
        is_active=line.is_active,
        on_hand=_count(line, "stock", errors) if line.is_new else 0,
        low_at=_count(line, "low", errors),
    )
    return draft, errors


def _fen(line: SkuLine, name: str, errors: dict[str, str]) -> int | None:
    text = getattr(line, name)
    if not text:
        return None
    try:
        return parse_yuan(text)
    except AmountTooLarge:
        errors[name] = gettext("This amount is too large.")
        return None
    except ValueError:
        errors[name] = gettext("Give an amount in yuan, such as 12.50.")
        return None


def _count(line: SkuLine, name: str, errors: dict[str, str]) -> int:
    text = getattr(line, name) or "0"
    if not text.isdecimal() or len(text) > 9:
        errors[name] = gettext("Give a whole number from 0 up.")
        return 0
    return int(text)
