"""A ladder and benefits to start from, and what a new tier looks like.

What they are called stands in ``starting.json`` in both languages: it becomes the merchant's own
text, so no catalogue can translate it later.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from plugins.membership.rules.benefits import BenefitView, Cell, Matrix
from plugins.membership.rules.editing import COLOURS, ICONS
from plugins.membership.types import Tier

_SPACE = UUID("7c6ad3f4-5f0e-4ad4-9f0a-5c8a7e5a7d10")
_START: dict[str, Any] = json.loads(
    Path(__file__).with_name("starting.json").read_text(encoding="utf-8")
)


def new_tier(place: int, tier_id: UUID, threshold: int = 0) -> Tier:
    """A tier for a place in the ladder, 0 the lowest, with a name and look of its own."""
    named = _START["tiers"]
    if place < len(named):
        zh, en, colour, icon = (named[place][key] for key in ("zh", "en", "colour", "icon"))
    else:
        zh, en = (text % (place + 1) for text in _START["further"])
        colour, icon = COLOURS[place % len(COLOURS)], ICONS[place % len(ICONS)]
    return Tier(tier_id, place + 1, zh, en, threshold, colour, icon)


def starting_ladder() -> tuple[Tier, ...]:
    """Tiers with thresholds that a shop can begin with."""
    return tuple(
        new_tier(place, uuid5(_SPACE, f"tier-{place}"), body["threshold"])
        for place, body in enumerate(_START["tiers"])
    )


def starting_benefits() -> list[BenefitView]:
    """A catalogue to begin with."""
    return [
        BenefitView(
            uuid5(_SPACE, f"benefit-{place}"),
            body["kind"],
            body["effect"],
            body["zh"][0],
            body["en"][0],
            body["zh"][1],
            body["en"][1],
            body["icon"],
        )
        for place, body in enumerate(_START["benefits"])
    ]


def starting_matrix() -> Matrix:
    """Which of the starting tiers has which of the starting benefits, and how much of it."""
    found: Matrix = {}
    for benefit, body in zip(starting_benefits(), _START["benefits"], strict=True):
        for tier, value in zip(starting_ladder(), body["by_tier"], strict=True):
            if value is not False:
                found[tier.id, benefit.id] = Cell(None if value is True else value)
    return found
