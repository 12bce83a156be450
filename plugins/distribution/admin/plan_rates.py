"""The matrix of rates as it is typed: a row for everybody, one for each grade, a column a level."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.i18n import gettext as _
from core.api.money import BPS, FEN_LIMIT, AmountTooLarge, format_yuan, parse_yuan
from plugins.distribution.rules import MAX_DEPTH, Grade, Levels, Rate, RateKind
from plugins.distribution.rules.checking import FIXED_LIMIT_FEN

EVERYBODY = "all"


@dataclass
class RateGrid:
    """What stands in the fields of one matrix.

    Args:
        name: prefix of its fields: ``<name>-kind`` and ``<name>-<row>-<level>``.
        kind: percent or yuan a piece.
        cells: (row, level) → text, where rows are ``all`` and ids of grades.
        errors: (row, level) → what is wrong with it.
        keep: rates that are not on the page stay as they are here.
    """

    name: str
    kind: RateKind
    cells: dict[tuple[str, int], str]
    errors: dict[tuple[str, int], str] = field(default_factory=dict)
    keep: Rate | None = None

    @classmethod
    def of(cls, name: str, rate: Rate | None) -> "RateGrid":
        """The fields of a rate; of a new one they are empty."""
        if rate is None:
            return cls(name, RateKind.BPS, {})
        rows = {EVERYBODY: rate.levels} | {str(key): row for key, row in rate.by_grade.items()}
        cells = {
            (row, level): _shown(rate.kind, levels[level - 1])
            for row, levels in rows.items()
            for level in range(1, MAX_DEPTH + 1)
        }
        return cls(name, rate.kind, cells, keep=rate)

    @classmethod
    def typed(
        cls, name: str, form: Mapping[str, str], grades: Sequence[Grade], keep: Rate | None = None
    ) -> "RateGrid":
        """The fields as they were sent."""
        kind = RateKind.FIXED if form.get(f"{name}-kind") == RateKind.FIXED else RateKind.BPS
        rows = [EVERYBODY, *(str(grade.id) for grade in grades)]
        cells = {
            (row, level): form[f"{name}-{row}-{level}"].strip()[:20]
            for row in rows
            for level in range(1, MAX_DEPTH + 1)
            if f"{name}-{row}-{level}" in form
        }
        return cls(name, kind, cells, keep=keep)

    @property
    def unit(self) -> str:
        """``%`` or ``¥``."""
        return "%" if self.kind == RateKind.BPS else "¥"

    def cell(self, row: str, level: int) -> str:
        """What stands in a field."""
        return self.cells.get((row, level), "")

    def error(self, row: str, level: int) -> str:
        """What is wrong with it, if anything."""
        return self.errors.get((row, level), "")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self.cells.values())

    def columns(self, depth: int) -> list[int]:
        """Levels with a column: those that are paid, and deeper ones that have a rate."""
        used = {level for (_row, level), text in self.cells.items() if text.strip("0.")}
        return [level for level in range(1, MAX_DEPTH + 1) if level <= depth or level in used]

    def rate(self, grades: Sequence[Grade]) -> Rate | None:
        """The rate that was typed; ``None`` with errors at their fields when it is none.

        An empty field is 0 for everybody, and for a grade what everybody gets.
        """
        self.errors.clear()
        everybody = self._row(EVERYBODY, self._kept())
        by_grade: dict[UUID, Levels] = {}
        for grade in grades:
            row = str(grade.id)
            if any(self.cell(row, level) for level in range(1, MAX_DEPTH + 1)):
                levels = self._row(row, everybody)
                if levels != everybody:
                    by_grade[grade.id] = levels
        return None if self.errors else Rate(self.kind, everybody, by_grade)

    def refuse(self, level: int, message: str) -> None:
        """Put what a check found at a field of the first row."""
        self.errors[EVERYBODY, level] = message

    def _kept(self) -> Levels:
        if self.keep is None or self.keep.kind != self.kind:
            return 0, 0, 0
        return self.keep.levels

    def _row(self, row: str, otherwise: Levels) -> Levels:
        first, second, third = (
            self._number(row, level, otherwise[level - 1]) for level in range(1, MAX_DEPTH + 1)
        )
        return first, second, third

    def _number(self, row: str, level: int, otherwise: int) -> int:
        if (row, level) not in self.cells:
            return otherwise  # not on the page
        text = plain(self.cells[row, level]).rstrip("%").lstrip("¥").strip()
        if not text:
            return 0 if row == EVERYBODY else otherwise
        try:
            return read_number(self.kind, text)
        except InvalidInput as error:
            self.errors[row, level] = _(error.message)
            return 0


def plain(text: str) -> str:
    """Full-width digits and signs as those that are read; Chinese keyboards give both."""
    return unicodedata.normalize("NFKC", text).strip()


def read_number(kind: RateKind, text: str) -> int:
    """Basis points of a percentage, or fen of an amount in yuan.

    Raises:
        InvalidInput: no number, or out of range.
    """
    try:
        number = parse_yuan(text)
    except AmountTooLarge:
        number = FEN_LIMIT  # out of both ranges
    except ValueError:
        if kind == RateKind.BPS:
            raise InvalidInput(
                "distribution.percentage",
                "Give a percentage with at most two decimals, such as 2.5.",
            ) from None
        raise InvalidInput(
            "distribution.amount", "Give an amount in yuan, such as 12.50."
        ) from None
    if kind == RateKind.BPS and not 0 <= number <= BPS:
        raise InvalidInput("distribution.rates", "A rate is from 0 to 100 percent.")
    if kind == RateKind.FIXED and not 0 <= number <= FIXED_LIMIT_FEN:
        raise InvalidInput("distribution.fixed", "A fixed sum a piece is from 0 to 100,000 yuan.")
    return number


def _shown(kind: RateKind, number: int) -> str:
    text = format_yuan(number)
    return text.rstrip("0").rstrip(".") if kind == RateKind.BPS else text
