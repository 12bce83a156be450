"""Values that leave membership."""

from uuid import UUID

from core.api.values import dataclass


@dataclass(frozen=True)
class Tier:
    """A step of the ladder.

    Args:
        id: stays, whatever is changed about the tier.
        rank: 1 is the lowest.
        name_zh: Chinese name.
        name_en: English name.
        threshold: growth value from which on a member has it; rises strictly with the rank.
        colour: ``#rrggbb``, dark enough for white text on it.
        icon: of the theme's set.
        validity_days: how long it lasts before it is reviewed.
        spent_fen: effective spend that reaches it, too; ``None``: spend does not.
        bought_count: pieces bought that reach it, too.
        order_count: orders that reach it, too.
    """

    id: UUID
    rank: int
    name_zh: str
    name_en: str
    threshold: int
    colour: str
    icon: str
    validity_days: int = 365
    spent_fen: int | None = None
    bought_count: int | None = None
    order_count: int | None = None

    @property
    def name(self) -> str:
        """The Chinese name; see :meth:`name_in` for pages."""
        return self.name_zh

    def name_in(self, locale: str) -> str:
        """The name in the language of a locale such as ``zh_Hans_CN`` or ``en``."""
        return self.name_en if locale.lower().startswith("en") else self.name_zh
