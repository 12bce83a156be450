"""What plugins add to lists and pages of the merchant's face, each piece guarded by itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

import flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from core.api.contributions import Block, BlockContext, SearchHit
from core.api.regions import Region
from core.host.fields import all_of, short
from core.kernel.values import dataclass
from core.orders.types import PackingSlip
from core.web import context, i18n
from core.web.access import has_permission
from core.web.admin.render import render_fragment
from core.web.placing import arrange
from core.web.regions import MOST_CHARACTERS, guarded
from core.web.render import face

Thing = Literal["product", "order", "member"]
SEARCH_LIMIT = 8


@dataclass(frozen=True)
class Column:
    """A plugin's column with its values for this page."""

    label: str
    values: dict[UUID, str]


@dataclass(frozen=True)
class Panel:
    """A plugin's panel on a page."""

    plugin: str
    label: str
    body: Markup


@dataclass(frozen=True)
class Button:
    """A plugin's bulk action."""

    key: str
    plugin: str
    label: str
    icon: str
    is_destructive: bool


@dataclass(frozen=True)
class Found:
    """What a plugin found for the search box."""

    plugin: str
    label: str
    hits: tuple[SearchHit, ...]


def columns(session: Session, thing: Thing, ids: Sequence[UUID]) -> list[Column]:
    """Columns of a list for the rows of this page; one that fails is left out."""
    plugins, found = context.shop().plugins, []
    for name, column in _allowed(f"{thing}_columns"):
        with plugins.guard(name, f"column:{column.key}"):
            values = _values(column.load(session, ids), ids) if ids else {}
            found.append(Column(i18n.gettext(column.label), values))
    return found


def _values(answer: Mapping[UUID, Any], ids: Sequence[UUID]) -> dict[UUID, Any]:
    """What a column says of the rows of this page."""
    told = dict(answer)
    values = {each: told[each] for each in ids if each in told}
    for value in values.values():
        short(value)
    return values


def panels(session: Session, thing: Thing, thing_id: UUID) -> list[Panel]:
    """Panels about one thing; one that fails is left out."""
    plugins, found = context.shop().plugins, []
    for name, panel in _allowed(f"{thing}_panels"):
        with plugins.guard(name, f"panel:{panel.key}"):
            values = panel.load(session, thing_id)
            if values is not None:
                body = render_fragment(f"{name}/{panel.template}", **values)
                if len(body) > MOST_CHARACTERS:
                    raise ValueError(f"it shows {len(body)} characters, wanted are fewer")
                found.append(Panel(name, i18n.gettext(panel.label), body))
    return found


def on_slips(slips: tuple[PackingSlip, ...]) -> dict[UUID, Markup]:
    """What blocks in ``print.order`` show, by order; each block is asked once for all slips."""
    look = face().look(flask.current_app)
    contributed = context.shop().plugins.contributions("blocks")
    found: dict[UUID, Markup] = {}
    for placed in arrange(Region.PRINT_ORDER, contributed, look):
        for order_id, html in (_on_slips(placed.plugin, placed.block, slips)).items():
            found[order_id] = found.get(order_id, Markup()) + html
    return found


def _on_slips(plugin: str, block: Block, slips: tuple[PackingSlip, ...]) -> Mapping[UUID, Markup]:
    asked = BlockContext(
        session=context.reader(),
        region=Region.PRINT_ORDER,
        subject=slips,
        member_id=None,
        settings=context.shop().plugins.settings_of(plugin),
        locale=i18n.locale(),
    )

    def show() -> Mapping[UUID, Markup]:
        values = (block.context(asked) or {}).get("slips", {})
        return {
            order_id: render_fragment(f"{plugin}/{block.template}", **values[order_id])
            for order_id in values
        }

    return guarded(plugin, f"block:{block.key}", show) or {}


def buttons(thing: Thing) -> list[Button]:
    """Bulk actions of a list that the signed-in staff member may use."""
    return [
        Button(action.key, name, i18n.gettext(action.label), action.icon, action.is_destructive)
        for name, action in _allowed(f"{thing}_bulk_actions")
    ]


def search(session: Session, text: str) -> list[Found]:
    """What plugins find; one that fails finds nothing."""
    plugins, found = context.shop().plugins, []
    for name, provider in _allowed("search_providers"):
        with plugins.guard(name, f"search:{provider.key}"):
            hits = all_of(SearchHit, provider.search(session, text, SEARCH_LIMIT))[:SEARCH_LIMIT]
            if hits:
                found.append(Found(name, i18n.gettext(provider.label), hits))
    return found


def _allowed(kind: str) -> list[tuple[str, Any]]:
    """What plugins that take part contributed, as far as the signed-in staff member may see it."""
    permissions = context.staff().permissions
    return [
        (name, item)
        for name, item in context.shop().plugins.contributions(kind)
        if item.permission is None or has_permission(permissions, item.permission)
    ]
