"""What calls into plugins cost: statements of each call, bytes of each block."""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from core.authoring.budgets import packed_bytes
from core.host.budgets import kind_of
from core.host.faults import Guarded
from core.host.shop import Shop
from core.web import regions

STATEMENTS = {
    "block": 1,
    "card": 1,
    "column": 1,
    "panel": 3,  # the thing itself, names of people, labels of lines: three rooms
    "timeline": 1,
    "search": 1,
    "price": 1,
    "check": 1,
    "freeze": 1,
}
"""Most statements of one call, by the kind of its hook; see ``core.api.contributions``."""

_COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@contextmanager
def statements_sent(shop: Shop) -> Iterator[list[str]]:
    """A list that fills with the statements this thread sends while the block runs.

    Times and faults are written by another thread; the shared counters are polled by time: both are
    left out.
    """
    sent: list[str] = []
    own = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if threading.get_ident() != own or "shared_counter" in statement:
            return
        if statement.lstrip().upper().startswith(_COUNTED):
            sent.append(statement)

    sa.event.listen(shop.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(shop.database.engine, "before_cursor_execute", note)


@contextmanager
def statements_of(shop: Shop, plugin: str) -> Iterator[dict[str, int]]:
    """Most statements of a single call, by hook, of what a plugin is asked within the block."""
    calls: dict[Guarded, int] = defaultdict(int)  # kept, so that no other takes the place of one
    most: dict[str, int] = {}

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_COUNTED):
            return
        for call in list(shop.plugins.faults.running.values()):
            name, hook = call.what
            if name == plugin and call.thread == threading.get_ident():
                calls[call] += 1
                most[hook] = max(most.get(hook, 0), calls[call])

    sa.event.listen(shop.database.engine, "before_cursor_execute", note)
    try:
        yield most
    finally:
        sa.event.remove(shop.database.engine, "before_cursor_execute", note)


LIST_STATEMENTS = 3
"""Most statements of a dashboard card of rows or steps: figures, names, and a word more."""


def over_budget(most: dict[str, int], lists: Collection[str] = ()) -> list[str]:
    """Which calls made more statements than their kind may, as sentences.

    Args:
        most: from :func:`statements_of`.
        lists: hooks that load a dashboard card of rows or steps (:func:`lists_of`).
    """
    allowed = {hook: STATEMENTS.get(kind_of(hook), count) for hook, count in most.items()}
    allowed |= dict.fromkeys(lists, LIST_STATEMENTS)
    return [
        f"{hook} makes {count} statements, {allowed[hook]} are allowed"
        for hook, count in sorted(most.items())
        if count > allowed[hook]
    ]


def lists_of(shop: Shop) -> set[str]:
    """The hooks that load dashboard cards of rows or steps."""
    cards = [card for _, card in shop.plugins.contributions("dashboard_cards")]
    return {f"card:{card.key}" for card in cards if card.kind in {"rows", "steps"}}


@contextmanager
def weighed_blocks(plugin: str) -> Iterator[dict[str, int]]:
    """Most bytes, compressed, that each block of a plugin puts on a page within the block."""
    weights: dict[str, int] = {}
    render = regions._render  # noqa: SLF001 - the one place where a block becomes markup

    def weigh(page: Any, placed: Any, values: Any) -> str:
        html = render(page, placed, values)
        if placed.plugin == plugin:
            size = packed_bytes(html.encode())
            weights[placed.block.key] = max(weights.get(placed.block.key, 0), size)
        return html

    regions._render = weigh  # noqa: SLF001
    try:
        yield weights
    finally:
        regions._render = render  # noqa: SLF001
