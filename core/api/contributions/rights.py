"""Rights that a plugin adds for roles, its settings, and whom it approved to promote the shop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms import Field


@dataclass(frozen=True)
class Permission:
    """A right that roles can hold.

    The owner's role has it from the moment the plugin is on; other roles once somebody ticks it.
    While the plugin is off the right is not offered and opens nothing; roles keep it for a return.

    Args:
        key: ``plugin.verb``; must be among ``permissions`` of ``plugin.toml`` when that is given.
        label: catalogue entry, such as “See gift wraps”.
    """

    key: str
    label: str


@dataclass(frozen=True)
class SettingsSchema:
    """A plugin's settings: WTForms fields by name, shown as a form in admin.

    Values are texts, whole numbers (money in fen, rates in basis points), yes/no or lists of them.
    A change is kept in the plugin's history and felt in every process within a second.

    Args:
        fields: name → unbound field; its ``default`` is the setting's default.
        secrets: names stored encrypted and never shown again; an empty entry keeps the stored one.
        check: raises ``Rejected`` when the values do not fit together; gets all values, no session.
            What else it raises stores nothing and is counted against the plugin.
    """

    fields: Mapping[str, Field]
    secrets: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, Any]], None] | None = None


@dataclass(frozen=True)
class Promoters:
    """Members whom a plugin's programme approved to recommend the shop for a reward.

    Platforms punish shops that hand everybody the means of rewarded sharing. So what invites to it
    (posters, hints of what one earns) asks ``core.api.web.is_promoter`` and knows no programme.

    Args:
        key: ``plugin.name``.
        label: catalogue entry for staff: who they are, such as “Active distributors”.
        includes: whether a member is one now; at most one statement. One that raises includes
            nobody.
    """

    key: str
    label: str
    includes: Callable[[Session, UUID], bool]
