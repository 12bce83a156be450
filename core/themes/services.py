"""Which theme the store wears, and what the merchant changed about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db import state
from core.db.state import Setting
from core.kernel.errors import InvalidInput
from core.kernel.values import dataclass
from core.themes.manifest import Token

DEFAULT_THEME = "qingshan"
_ROW = "theme"


@dataclass(frozen=True)
class RegionOrder:
    """How the merchant arranged a region: keys first in this order, keys that are hidden."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ThemeChoice:
    """The theme the store wears.

    Args:
        name: of the theme.
        tokens: changed design tokens by name.
        settings: changed theme settings by name.
        regions: arrangement by region name.
        kept: changed tokens of themes worn before, by theme; they come back with it.
    """

    name: str = DEFAULT_THEME
    tokens: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    regions: Mapping[str, RegionOrder] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Wearable(Protocol):
    """What says which changes are possible: a look, or a theme without parents."""

    @property
    def tokens(self) -> Mapping[str, Token]:
        """Changeable tokens by name."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Changeable settings by name."""


def load_choice(session: Session) -> ThemeChoice:
    """The stored choice over the defaults."""
    stored = session.scalar(sa.select(Setting.value).where(Setting.name == _ROW)) or {}
    regions = {
        name: RegionOrder(tuple(row.get("order", ())), frozenset(row.get("hidden", ())))
        for name, row in stored.get("regions", {}).items()
    }
    return ThemeChoice(
        name=stored.get("name", DEFAULT_THEME),
        tokens=stored.get("tokens", {}),
        settings=stored.get("settings", {}),
        regions=regions,
        kept=stored.get("kept", {}),
    )


def in_theme(choice: ThemeChoice, name: str, theme: Wearable) -> ThemeChoice:
    """The choice as it would be with another theme: its own colours, the texts that both know."""
    if name == choice.name:
        return choice
    kept = {**choice.kept, choice.name: choice.tokens}
    own = kept.pop(name, {})
    return replace(
        choice,
        name=name,
        tokens={n: v for n, v in own.items() if n in theme.tokens and theme.tokens[n].is_valid(v)},
        settings={n: v for n, v in choice.settings.items() if n in theme.settings},
        kept=kept,
    )


def save_choice(session: Session, choice: ThemeChoice, theme: Wearable) -> None:
    """Wear a theme with changed tokens and settings; every process follows within a second.

    Raises:
        InvalidInput: a token or setting that the theme does not have, or a value it cannot take.
    """
    for name, value in choice.tokens.items():
        token = theme.tokens.get(name)
        if token is None or not token.is_valid(value):
            raise InvalidInput("themes.token", "“%(field)s” does not take this value.", field=name)
    for name in choice.settings:
        if name not in theme.settings:
            raise InvalidInput(
                "themes.setting", "“%(field)s” does not take this value.", field=name
            )
    stored = asdict(choice)
    stored["regions"] = {
        name: {"order": list(order.order), "hidden": sorted(order.hidden)}
        for name, order in choice.regions.items()
    }
    row = session.get(Setting, _ROW)
    if row is None:
        session.add(Setting(name=_ROW, value=stored))
    else:
        row.value = stored
    session.flush()
    state.bump(session, state.THEME)


def arrange(
    session: Session, region: str, order: Sequence[str], hidden: Sequence[str], theme: Wearable
) -> ThemeChoice:
    """Store the order of a region's blocks and which of them are hidden."""
    choice = load_choice(session)
    regions = {**choice.regions, region: RegionOrder(tuple(order), frozenset(hidden))}
    choice = replace(choice, regions=regions)
    save_choice(session, choice, theme)
    return choice
