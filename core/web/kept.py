"""Rendered blocks of plugins, kept in this process for as long as each allows.

What is kept goes with the plan of the moment (plugins, their settings, the look), and is only as
old as the block said it may be; other processes keep their own. A failure is kept like a text.
"""

from typing import Any
from uuid import UUID

from core.api.contributions import Block
from core.web.asking import Asking

MOST = 4000
"""Texts kept in a process; one has a few hundred characters."""
Key = tuple[Any, ...]
_NOTHING = (float("-inf"), "")


def key_of(page: Asking, block: Block, subject: Any) -> Key:
    """What the text of a block depends on, as it declared; ``None`` stands for nobody."""
    by = block.cache
    return (
        block.key,
        page.stamp,
        _id_of(subject) if "subject" in by else None,
        page.member_id if "member" in by else None,
    )


def get(page: Asking, key: Key) -> str | None:
    """The text, unless it is too old; a page that shows it is kept no longer than the text is."""
    until, html = page.plan.texts.get(key, _NOTHING)
    if until <= page.moment:
        return None
    page.limit(until - page.moment)
    return html


def put(page: Asking, key: Key, html: str, seconds: float) -> None:
    """Keep a text for so many seconds."""
    texts = page.plan.texts
    if len(texts) >= MOST:
        texts.clear()
    texts[key] = page.moment + seconds, html


def _id_of(subject: Any) -> Any:
    """The id of what the page is about; pages about nothing share one text."""
    for about in (subject, getattr(subject, "product", None)):
        for name in ("id", "order_id"):
            if about is not None and hasattr(about, name):
                found = getattr(about, name)
                return found.int if isinstance(found, UUID) else found  # compared sooner
    return None
