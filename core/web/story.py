"""The story of an order as people read it: the trunk's entries and those that plugins tell."""

from dataclasses import replace

from core.api.contributions import TimelineEntry as Told
from core.host.fields import all_of
from core.orders.types import OrderView, TimelineEntry
from core.web import context


def with_plugins(order: OrderView, *, is_public: bool) -> OrderView:
    """The order with the entries of plugins that take part, in the order of time.

    A plugin that fails at it is left out and counted.

    Args:
        order: as it was read.
        is_public: only what the shopper may read.
    """
    plugins, session, told = context.shop().plugins, context.reader(), []
    for name, story in plugins.contributions("order_timelines"):
        with plugins.guard(name, f"timeline:{story.key}"):
            told += [
                _entry(name, entry)
                for entry in all_of(Told, story.load(session, order.order_id))
                if entry.is_public or not is_public
            ]
    if not told:
        return order
    whole = sorted((*order.timeline, *told), key=lambda entry: entry.at)
    return replace(order, timeline=tuple(whole))


def _entry(plugin: str, told: Told) -> TimelineEntry:
    if told.at.tzinfo is None:
        raise ValueError("a moment in the story of an order needs its time zone")
    return TimelineEntry(
        source=plugin,
        kind="told",
        message=told.message,
        params=told.params,
        actor=f"plugin:{plugin}",
        at=told.at,
    )
