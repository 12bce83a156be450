"""A ladder as it is edited: its document, and what must hold before it is put in force."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from core.api.errors import InvalidInput
from core.api.money import format_yuan
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.membership.rules.programme import DAYS_MOST, GROWTH_MOST
from plugins.membership.types import Tier

TIERS_MOST = 10
ICONS = (
    "user-circle",
    "award",
    "star",
    "trophy",
    "heart",
    "sparkles",
    "gift",
    "sun",
    "moon",
    "ticket",
)
COLOURS = ("#5c6660", "#7a5c3e", "#4d6b8a", "#8a6a1f", "#5b4b8a", "#1f5b4a", "#8a3b3b", "#23272a")
"""Offered in this order; white text on each has a contrast of 4.5:1 at least."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LEAST_CONTRAST = 4.5


@dataclass(frozen=True)
class Fault:
    """What is wrong with a tier of a draft, at which field of which place (0 is the lowest)."""

    place: int
    field: str
    message: str
    params: Mapping[str, Any]


def faults(ladder: Sequence[Tier]) -> list[Fault]:
    """Everything that keeps a ladder from being put in force."""
    if not 1 <= len(ladder) <= TIERS_MOST:
        return [Fault(0, "", "A ladder has one to ten tiers.", {})]
    found: list[Fault] = []
    for place, tier in enumerate(ladder):
        found += (Fault(place, *each) for each in _of_tier(tier))
        if place:
            found += (Fault(place, *each) for each in _against(ladder[place - 1], tier))
    names = [tier.name_zh for tier in ladder]
    found += (
        Fault(place, "name_zh", "Two tiers have this name.", {})
        for place, name in enumerate(names)
        if name and name in names[:place]
    )
    return found


_Found = tuple[str, str, dict[str, Any]]


def _of_tier(tier: Tier) -> list[_Found]:
    found: list[_Found] = []
    for field, most in (("name_zh", 20), ("name_en", 40)):
        if not 1 <= len(getattr(tier, field)) <= most:
            found.append((field, "Use 1 to %(most)s characters.", {"most": most}))
    for field, least, top in (
        ("threshold", 0, GROWTH_MOST),
        ("validity_days", 0, DAYS_MOST),
        ("spent_fen", 1, GROWTH_MOST),
        ("bought_count", 1, GROWTH_MOST),
        ("order_count", 1, GROWTH_MOST),
    ):
        value = getattr(tier, field)
        if value is not None and not least <= value <= top:
            params = {"least": _told(field, least), "most": _told(field, top)}
            found.append((field, "Give %(least)s to %(most)s.", params))
    if not _COLOUR.fullmatch(tier.colour):
        found.append(("colour", "Give a colour such as #1f5b4a.", {}))
    elif contrast_with_white(tier.colour) < _LEAST_CONTRAST:
        found.append(("colour", "White text cannot be read on this colour; take a darker one.", {}))
    if tier.icon not in ICONS:
        found.append(("icon", "Choose an icon.", {}))
    return found


def _told(field: str, value: int) -> str:
    return format_yuan(value) if field.endswith("_fen") else f"{value:,}"


def _against(lower: Tier, tier: Tier) -> list[_Found]:
    found: list[_Found] = []
    if tier.threshold <= lower.threshold:
        found.append(("threshold", "It must be higher than %(least)s.", {"least": lower.threshold}))
    for field in ("spent_fen", "bought_count", "order_count"):
        before, value = getattr(lower, field), getattr(tier, field)
        if before is not None and value is not None and value <= before:
            found.append((field, "It must be higher than that of the tier below.", {}))
    return found


def check_ladder(ladder: Sequence[Tier]) -> None:
    """Refuse a ladder that cannot be put in force, with the first of its faults.

    Raises:
        InvalidInput: naming the tier and the field.
    """
    for fault in faults(ladder):
        raise InvalidInput(
            "membership.ladder", fault.message, field=fault.field, place=fault.place, **fault.params
        )


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of white on a colour. Source: WCAG 2.2, relative luminance."""
    channels = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def tidy(tier: Tier) -> Tier:
    """A tier with its texts on one line and its colour in small letters."""
    values = {each.name: getattr(tier, each.name) for each in fields(Tier)}
    values.update(
        name_zh=squeeze(tier.name_zh),
        name_en=squeeze(tier.name_en) or squeeze(tier.name_zh),
        colour=tier.colour.strip().lower(),
    )
    return Tier(**values)


def to_json(ladder: Sequence[Tier]) -> list[dict[str, Any]]:
    """The document of a draft."""
    return [
        {each.name: _plain(getattr(tier, each.name)) for each in fields(Tier)} for tier in ladder
    ]


def from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    """The ladder of a stored document, ranks counted anew."""
    return tuple(
        Tier(**{**body, "id": UUID(body["id"]), "rank": rank})
        for rank, body in enumerate(stored, start=1)
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
