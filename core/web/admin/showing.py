"""How states, times and people are worded and coloured on the merchant's pages."""

import json
from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from markupsafe import Markup

from core.kernel.clock import now
from core.kernel.values import dataclass
from core.orders.rules import AFTER_SALE_REASONS
from core.web import figures, i18n
from core.web.admin.wording import WORDS


@dataclass(frozen=True)
class Word:
    """A state as it is shown: translated label and tone (a class of ``.tag``)."""

    label: str
    tone: str


def words(kind: str, state: object) -> Word:
    """How a state is shown.

    One that core does not know, such as a plugin's account, is shown as :func:`humanised` text,
    which the plugin's catalogue may translate.
    """
    label, tone = WORDS.get(kind, {}).get(str(state), (humanised(str(state)), ""))
    return Word(i18n.gettext(label), tone)


def reason(text: str) -> str:
    """Why money is asked back: the shopper's choice in words, or what staff wrote, as it is."""
    known = AFTER_SALE_REASONS.get(text)
    return i18n.gettext(known) if known else text


def humanised(key: str) -> str:
    """A key as a phrase: ``commission_available`` → “Commission available”."""
    text = key.removesuffix("_fen").removesuffix("_bps").removesuffix("_at")
    text = text.replace("_", " ").replace(".", " ").strip()
    return text[:1].upper() + text[1:]


def choices(kind: str) -> list[tuple[str, str]]:
    """States of a kind with their labels, for pickers."""
    return [(state, i18n.gettext(label)) for state, (label, _) in WORDS[kind].items()]


def labels() -> list[str]:
    """Every label of a state, for the test that each is translated."""
    return sorted({label for states in WORDS.values() for label, _ in states.values()})


def ago(at: datetime | None) -> str:
    """How long ago something was, in words: “3 hours ago”."""
    if at is None:
        return ""
    return format_timedelta(at - now(), add_direction=True, locale=i18n.locale())


def span(seconds: int) -> str:
    """A length of time in words: “10 minutes”."""
    return format_timedelta(seconds, locale=i18n.locale(), threshold=1.2)


def initial(name: str | None) -> str:
    """The sign of a picture of somebody who has none."""
    return (name or "·").strip()[:1].upper() or "·"


def money_parts(fen: int) -> Markup:
    """An amount with small sign and small fen, for large figures."""
    text = figures.money(fen)
    sign, _, rest = text.rpartition("¥")
    whole, _, part = rest.partition(".")
    return Markup("{}<i>¥</i>{}<small>.{}</small>").format(sign, whole, part)


def as_json(value: Any) -> str:
    """A stored value as people who read logs see it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


FILTERS = {
    "ago": ago,
    "span": span,
    "initial": initial,
    "money_parts": money_parts,
    "as_json": as_json,
}
