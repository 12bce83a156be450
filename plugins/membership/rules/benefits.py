"""Kinds of benefits, the effects that the shop brings about by itself, and what they take."""

from enum import StrEnum
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.values import dataclass

MULTIPLIER_LEAST, MULTIPLIER_MOST = 10_000, 100_000


class BenefitKind(StrEnum):
    """What sort of thing a benefit is."""

    SERVICE = "service"
    OFFER = "offer"
    ACTIVITY = "activity"
    GOODS = "goods"
    ALLIANCE = "alliance"


class Effect(StrEnum):
    """What the shop does by itself; everything else is honoured by staff."""

    GROWTH_MULTIPLIER = "growth_multiplier"
    FREE_FREIGHT = "free_freight"
    MEMBER_PRICE = "member_price"


VALUED = frozenset({Effect.GROWTH_MULTIPLIER, Effect.FREE_FREIGHT})
"""Effects whose cells hold a value: basis points, or fen of goods from which on."""


@dataclass(frozen=True)
class BenefitView:
    """A line of the catalogue; see ``models.Benefit``."""

    id: UUID
    kind: str
    effect: str
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    icon: str
    is_active: bool = True

    def name_in(self, locale: str) -> str:
        """The name in a locale's language."""
        return self.name_en if locale.lower().startswith("en") else self.name_zh

    def text_in(self, locale: str) -> str:
        """What it means, in a locale's language; the Chinese text where there is no other."""
        return (locale.lower().startswith("en") and self.text_en) or self.text_zh


@dataclass(frozen=True)
class Cell:
    """That a tier has a benefit, how much of it, and a word about it."""

    value: int | None = None
    note_zh: str = ""
    note_en: str = ""

    def note_in(self, locale: str) -> str:
        """The word in a locale's language; the Chinese one where there is no other."""
        return (locale.lower().startswith("en") and self.note_en) or self.note_zh


Matrix = dict[tuple[UUID, UUID], Cell]
"""Cells by (tier, benefit); what is not in it the tier does not have."""


def check_cell(effect: str, cell: Cell) -> None:
    """Refuse a value that the effect cannot take.

    Raises:
        InvalidInput: out of range.
    """
    least, most = {
        Effect.GROWTH_MULTIPLIER: (MULTIPLIER_LEAST, MULTIPLIER_MOST),
        Effect.FREE_FREIGHT: (0, 100_000_00),
    }.get(effect, (None, None))  # type: ignore[call-overload]
    if least is None:
        return
    if cell.value is None or not least <= cell.value <= most:
        words = (
            "Give between 1 and 10 times."
            if effect == Effect.GROWTH_MULTIPLIER
            else "Give 0 to 100,000 yuan."
        )
        raise InvalidInput("membership.range", words, field="value")
