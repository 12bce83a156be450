"""What all blocks of plugins on a page share, looked up once a page instead of once a block."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from core.db import state
from core.host.shop import Shop
from core.themes.sandbox import ThemeEnvironment
from core.web import cache, context, i18n
from core.web.here import asked, here
from core.web.placing import Plan


@dataclass(slots=True, eq=False)
class Asking:
    """A page that is being made.

    Args:
        shop: whose page it is.
        env: renders the templates of the present look in the reader's language.
        plan: which block stands where.
        names: what every template knows.
        settings: of each plugin, as they are while the page is made.
        slot: how long the page may be kept; ``None`` when it is not for guests.
        locale: the reader's language.
        member_id: who reads; ``None`` for a guest.
        stamp: what every kept text depends on.
        moment: when the page was begun, by the process's own clock.
    """

    shop: Shop
    env: ThemeEnvironment
    plan: Plan
    names: dict[str, Any]
    settings: Mapping[str, Mapping[str, Any]]
    slot: cache.Slot | None
    locale: str
    member_id: UUID | None
    stamp: tuple[Any, ...]
    moment: float

    def limit(self, seconds: float) -> None:
        """Something on this page is only good for ``seconds``; see :func:`core.web.cache.limit`."""
        slot = self.slot
        if slot is not None and slot.ttl > seconds:
            slot.ttl = seconds


def begin(env: ThemeEnvironment, plan: Plan, site: Any) -> None:
    """Note what the page that is made now shares; called before it is rendered."""
    shop, member = context.shop(), context.current_member()
    values, locale = shop.counters.refresh(), i18n.locale()
    here().banyan_asking = Asking(
        shop,
        env,
        plan,
        {**env.globals, "site": site},
        shop.plugins.snapshot().settings,
        asked().environ.get(cache.SLOT),
        locale,
        member.subject_id if member else None,
        (locale, values.get(state.SETTINGS, 0), values.get(state.CATALOG, 0)),
        time.monotonic(),
    )


def asking() -> Asking:
    """The page that is made now."""
    return cast(Asking, here().banyan_asking)
