"""Rendered blocks of plugins, kept in this process for as long as each allows.

What is kept goes with the plan of the moment (plugins, their settings, the look), and is only as
old as the block said it may be; other processes keep their own. A failure is kept like a text.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from core.api.contributions import Block
from core.catalog.types import ProductCard
from core.web.asking import Asking

MOST = 4000
"""Texts kept in a process; one has a few hundred characters."""
Key = tuple[Any, ...]
_NOTHING = (float("-inf"), "")


def key_of(page: Asking, block: Block, subject: Any) -> Key | None:
    """What the text of a block depends on, as it declared; ``None`` when it cannot be kept.

    That is so for a subject without an id, such as a bag: it looks like everybody's.
    """
    subject_id = _id_of(subject)
    if subject is not None and subject_id is None:
        return None
    return block.key, page.stamp, subject_id, page.member_id if "member" in block.cache else None


def keys_of(page: Asking, block: Block, subjects: Iterable[ProductCard]) -> dict[UUID, Key]:
    """What the texts of a block on many cards depend on, by product."""
    member_id = page.member_id if "member" in block.cache else None
    return {each.id: (block.key, page.stamp, each.id.int, member_id) for each in subjects}


def get(page: Asking, key: Key | None) -> str | None:
    """The text, unless it is too old; a page that shows it is kept no longer than the text is."""
    if key is None:
        return None
    until, html = page.plan.texts.get(key, _NOTHING)
    if until <= page.moment:
        return None
    page.limit(until - page.moment)
    return html


def put(page: Asking, key: Key | None, html: str, seconds: float) -> None:
    """Keep a text for so many seconds; without a key it is not kept."""
    if key is None:
        return
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
