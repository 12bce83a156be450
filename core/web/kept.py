"""Rendered blocks of plugins, kept in this process for as long as each allows.

What is kept goes with the plan of the moment (plugins, their settings, the look), and is only as
old as the block said it may be; other processes keep their own. A failure is kept like a text.
"""

import time
from typing import Any

from core.api.contributions import Block
from core.db import state
from core.web import context, i18n
from core.web.placing import Plan

MOST = 2000
_COUNTED = (state.SETTINGS, state.CATALOG)
Key = tuple[Any, ...]


def key_of(block: Block, subject: Any) -> Key:
    """What the text of a block depends on, as it declared; ``None`` stands for nobody."""
    values = context.shop().counters.refresh()
    parts: list[Any] = [block.key, i18n.locale()]
    parts += [values.get(name, 0) for name in _COUNTED]
    if "subject" in block.cache:
        parts.append(_id_of(subject))
    if "member" in block.cache:
        member = context.current_member()
        parts.append(member.subject_id if member else None)
    return tuple(parts)


def get(plan: Plan, key: Key) -> str | None:
    """The text, unless it is too old."""
    found = plan.texts.get(key)
    return found[1] if found is not None and found[0] > time.monotonic() else None


def put(plan: Plan, key: Key, html: str, seconds: float) -> None:
    """Keep a text for so many seconds."""
    if len(plan.texts) >= MOST:
        plan.texts.clear()
    plan.texts[key] = time.monotonic() + seconds, html


def _id_of(subject: Any) -> Any:
    """The id of what the page is about; pages about nothing share one text."""
    for about in (subject, getattr(subject, "product", None)):
        for name in ("id", "order_id"):
            if about is not None and hasattr(about, name):
                return getattr(about, name)
    return None
