"""How states, times and people are worded and coloured on the merchant's pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_timedelta
from markupsafe import Markup

from core.kernel.clock import now
from core.web import i18n


@dataclass(frozen=True)
class Word:
    """A state as it is shown: translated label and tone (a class of ``.tag``)."""

    label: str
    tone: str


# kind → state → (English label, tone). The labels are collected for translation below.
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "order": {
        "unpaid": ("To pay", "warn"),
        "to_ship": ("To ship", "warn"),
        "to_receive": ("To receive", "info"),
        "completed": ("Completed", "ok"),
        "refunded": ("Refunded", ""),
        "cancelled": ("Cancelled", ""),
        "expired": ("Expired", ""),
    },
    "after_sale": {
        "requested": ("To decide", "warn"),
        "approved": ("Refund on its way", "info"),
        "refunded": ("Money returned", "ok"),
        "rejected": ("Declined", "bad"),
        "withdrawn": ("Withdrawn", ""),
    },
    "after_sale_kind": {
        "refund": ("Money only", ""),
        "return": ("Return and refund", ""),
    },
    "product": {
        "on_sale": ("On sale", "ok"),
        "draft": ("Draft", ""),
        "off_sale": ("Off sale", "warn"),
    },
    "member": {
        "active": ("Active", "ok"),
        "blocked": ("Blocked", "bad"),
        "erased": ("Erased", ""),
    },
    "payout": {
        "requested": ("To review", "warn"),
        "approved": ("Approved", "info"),
        "paying": ("Being paid", "info"),
        "waiting_for_recipient": ("Waiting for the recipient", "info"),
        "paid": ("Paid out", "ok"),
        "rejected": ("Rejected", "bad"),
        "failed": ("Failed", "bad"),
    },
    "payment": {
        "created": ("Started", ""),
        "started": ("Started", ""),
        "pending": ("Waiting for the gateway", "info"),
        "succeeded": ("Succeeded", "ok"),
        "failed": ("Failed", "bad"),
        "closed": ("Closed", ""),
        "suspended": ("In suspense", "bad"),
    },
    "payment_axis": {
        "none": ("Nothing to pay", ""),
        "pending": ("Unpaid", "warn"),
        "partial": ("Partly paid", "warn"),
        "paid": ("Paid", "ok"),
        "partially_refunded": ("Partly refunded", "info"),
        "refunded": ("Refunded", ""),
    },
    "refund": {
        "pending": ("Waiting", "info"),
        "running": ("Being sent", "info"),
        "succeeded": ("Money returned", "ok"),
        "done": ("Money returned", "ok"),
        "failed": ("Failed", "bad"),
    },
    "suspense": {
        "open": ("Unresolved", "bad"),
        "refunding": ("Going back", "info"),
        "refunded": ("Money returned", "ok"),
    },
    "suspense_kind": {
        "wrong_amount": ("Wrong amount", ""),
        "dead_order": ("Order no longer open", ""),
        "second_payment": ("Paid twice", ""),
    },
    "plugin": {
        "enabled": ("Running", "ok"),
        "disabled": ("Switched off", ""),
        "available": ("Not installed", ""),
        "paused": ("Paused after faults", "bad"),
        "outdated": ("Update waiting", "info"),
        "waiting": ("Needs another plugin", "warn"),
        "quarantined": ("Cannot be loaded", "bad"),
        "missing": ("Code is gone", "bad"),
        "safe_mode": ("Held by safe mode", "warn"),
    },
    "job": {
        "asked": ("Waiting for the worker", "info"),
        "running": ("Running", "info"),
        "done": ("Done", "ok"),
        "failed": ("Failed", "bad"),
    },
    "delivery": {
        "pending": ("Waiting", "info"),
        "done": ("Delivered", "ok"),
        "parked": ("Parked", "bad"),
    },
    "message": {
        "queued": ("Waiting", "info"),
        "sent": ("Sent", "ok"),
        "failed": ("Failed", "bad"),
    },
    "import": {
        "preview": ("Preview", "info"),
        "running": ("Running", "info"),
        "done": ("Done", "ok"),
        "failed": ("Failed", "bad"),
    },
    "import_row": {
        "failed": ("Failed", "bad"),
        "skipped": ("Left out", "warn"),
        "merged": ("Merged", "info"),
        "imported": ("Imported", "ok"),
    },
    "movement": {
        "sold": ("Sold", ""),
        "returned": ("Returned to stock", "info"),
        "received": ("Came in", "ok"),
        "adjusted": ("Adjusted", "warn"),
        "imported": ("Imported", "ok"),
    },
    "referral": {
        "bound": ("Bound", "ok"),
        "renewed": ("Renewed", "info"),
        "expired": ("Expired", ""),
        "transferred": ("Transferred", "warn"),
        "refused": ("Refused", "bad"),
        "locked": ("Locked", "info"),
        "unlocked": ("Unlocked", ""),
    },
}


def words(kind: str, state: object) -> Word:
    """How a state is shown; one that nobody worded shows its own name."""
    label, tone = _WORDS.get(kind, {}).get(str(state), (str(state), ""))
    return Word(i18n.gettext(label), tone)


def choices(kind: str) -> list[tuple[str, str]]:
    """States of a kind with their labels, for pickers."""
    return [(state, i18n.gettext(label)) for state, (label, _) in _WORDS[kind].items()]


def labels() -> list[str]:
    """Every label of a state, for the test that each is translated."""
    return sorted({label for states in _WORDS.values() for label, _ in states.values()})


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
    text = i18n.money(fen)
    sign, _, rest = text.rpartition("¥")
    whole, _, part = rest.partition(".")
    return Markup("{}<i>¥</i>{}<small>.{}</small>").format(sign, whole, part)


def as_json(value: Any) -> str:
    """A stored value as people who read logs see it."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def signed(value: int) -> str:
    """A whole number with its sign."""
    return f"{value:+,}"


FILTERS = {
    "ago": ago,
    "span": span,
    "initial": initial,
    "money_parts": money_parts,
    "as_json": as_json,
    "signed": signed,
}
