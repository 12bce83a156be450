"""What a plugin adds to the merchant's face.

Each ``permission`` is a right of the trunk or of the plugin; without it the piece is there for all
staff who may see the page. A piece that fails, takes too long or floods its page is left out and
counted: a card, a row, a hit, a cell and a line of a story show 2000 characters at most, a list has
200 entries at most, a panel 200 000 characters. Labels are catalogue entries. Settings are asked
with ``core.api.web.plugin_settings``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class AdminPage:
    """A page of the merchant's face; it answers while the plugin takes part.

    A view that raises a ``ShopError`` shows its sentence; anything else is counted and says which
    plugin failed. What staff changes belongs into the audit log (``core.api.web.audit``).

    Args:
        key: ``plugin.name``.
        path: ``/admin/x/<plugin>`` or below it; Flask's rule syntax.
        view: a Flask view; what it may ask of the request is in ``core.api.web``.
        permission: the right it needs; there is no admin page for everybody.
        methods: nothing may change on ``GET``.
        menu_label: line in the side bar, for those with the right; ``None``: no line.
        menu_icon: of the house's set.
    """

    key: str
    path: str
    view: Callable[..., Any]
    permission: str
    methods: tuple[str, ...] = ("GET",)
    menu_label: str | None = None
    menu_icon: str = "puzzle"


@dataclass(frozen=True)
class CardRow:
    """A line of a dashboard card of the kind ``rows``. Texts are shown as they are.

    Args:
        title: who or what.
        value: their figure, formatted.
        hint: a few words below the title.
        url: where the title leads.
    """

    title: str
    value: str
    hint: str = ""
    url: str = ""


@dataclass(frozen=True)
class CardStep:
    """A step of a dashboard card of the kind ``steps``. Texts are shown as they are.

    Args:
        label: what is counted.
        count: how many; a bar shows it against the largest step.
        hint: a few words beside the label.
        is_part: a percentage of the step before means something; it is shown unless these are more.
    """

    label: str
    count: int
    hint: str = ""
    is_part: bool = True


@dataclass(frozen=True)
class DashboardCard:
    """A figure, to-do or short list on the admin's first page, asked each time that page is shown.

    Args:
        key: ``plugin.name``.
        label: what the figure counts; the heading of a list.
        load: gets a reading session and the settings; makes at most one statement for a figure or
            to-do, at most three for a list. Returns ``{"value": str, "hint": str, "url": str,
            "params": dict}`` (all but ``value`` may be missing; ``hint`` is a catalogue entry with
            places for ``params``), or ``None`` to stay away. Lists return ``"rows"`` or ``"steps"``
            instead of ``"value"``; of rows the first ten are shown, numbered.
        kind: ``kpi`` stands among the figures, ``todo`` among what waits; ``rows`` (of
            :class:`CardRow`) and ``steps`` (of :class:`CardStep`) are cards of their own beside the
            latest orders.
        icon: of the house's set.
        permission: a right of the trunk or of the plugin; ``None``: all who may see the page.
    """

    key: str
    label: str
    load: Callable[[Session, Mapping[str, Any]], Mapping[str, Any] | None]
    kind: Literal["kpi", "todo", "rows", "steps"] = "kpi"
    icon: str = "coin"
    permission: str | None = None


@dataclass(frozen=True)
class _ListColumn:
    """A column of a list, filled for a whole page of it at once.

    Not asked when the page is empty, and not for exports.

    Args:
        key: ``plugin.name``.
        label: the column's head.
        load: gets a reading session and the ids of the page's rows (30 at most), makes at most one
            statement however many they are, and returns texts by id; ids that are left out stay
            empty. Texts are shown as they are: translate them (``core.api.i18n``).
        permission: a right of the trunk or of the plugin; ``None``: all who may see the page.
    """

    key: str
    label: str
    load: Callable[[Session, Sequence[UUID]], Mapping[UUID, str]]
    permission: str | None = None


@dataclass(frozen=True)
class ProductListColumn(_ListColumn):
    """A column of the admin's product list; ids are of products."""


@dataclass(frozen=True)
class OrderListColumn(_ListColumn):
    """A column of the admin's order list; ids are of orders, not their numbers."""


@dataclass(frozen=True)
class MemberListColumn(_ListColumn):
    """A column of the admin's member list; ids are of members, erased ones among them."""


@dataclass(frozen=True)
class _Panel:
    """A panel on a page about one thing.

    Args:
        key: ``plugin.name``.
        label: the panel's head.
        template: of the plugin; rendered with what ``load`` returns, in the admin's environment.
        load: gets a reading session and the thing's id, makes at most three statements; ``None``
            shows no panel.
        permission: a right of the trunk or of the plugin; ``None``: all who may see the page.
    """

    key: str
    label: str
    template: str
    load: Callable[[Session, UUID], Mapping[str, Any] | None]
    permission: str | None = None


@dataclass(frozen=True)
class ProductPanel(_Panel):
    """A panel beside a product's editor; outside its form, so it may hold one. Not for new ones."""


@dataclass(frozen=True)
class OrderPanel(_Panel):
    """A panel beside an order in admin."""


@dataclass(frozen=True)
class MemberPanel(_Panel):
    """A panel on a member's overview in admin, erased members included."""


@dataclass(frozen=True)
class _BulkAction:
    """Something staff may do with the ticked rows of a list.

    The rows, the audit log's line and what ``run`` writes are one transaction; when it raises,
    nothing of it is kept. ``Rejected`` is shown; anything else is counted and shown as a failure.

    Args:
        key: ``plugin.name``; also the action's name in the audit log.
        label: the button, such as “Mark as packed”.
        run: gets a writing session and the ids of the ticked rows (500 at most), makes a number of
            statements that does not grow with them, and returns how many it changed.
        permission: the right it needs; there is no bulk action for everybody.
        done: catalogue entry said afterwards, with a place for ``%(count)s``.
        icon: of the house's set.
        is_destructive: coloured as a warning.
    """

    key: str
    label: str
    run: Callable[[Session, Sequence[UUID]], int]
    permission: str
    done: str = "Done: %(count)s."
    icon: str = "puzzle"
    is_destructive: bool = False


@dataclass(frozen=True)
class ProductBulkAction(_BulkAction):
    """A bulk action of the product list; ids are of products."""


@dataclass(frozen=True)
class OrderBulkAction(_BulkAction):
    """A bulk action of the order list; ids are of orders."""


@dataclass(frozen=True)
class MemberBulkAction(_BulkAction):
    """A bulk action of the member list; ids are of members, erased ones among them."""


@dataclass(frozen=True)
class TimelineEntry:
    """One line of an order's story.

    Args:
        at: aware UTC; where it stands among the others.
        message: catalogue entry with ``%(name)s`` places.
        params: values for the places; keys ending in ``_fen`` are shown as money.
        is_public: whether the shopper reads it, too; staff always do.
    """

    at: datetime
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    is_public: bool = False


@dataclass(frozen=True)
class OrderTimeline:
    """Lines that a plugin tells in an order's story.

    Asked each time the story is shown, to staff or to the shopper, so they go with the plugin. The
    plugin keeps what it tells in tables of its own.

    Args:
        key: ``plugin.name``.
        load: gets a reading session and the order's id, makes at most one statement, and one
            more for each kind of name that it tells, returns the entries in any order; an order
            without any costs that statement only.
    """

    key: str
    load: Callable[[Session, UUID], Sequence[TimelineEntry]]


@dataclass(frozen=True)
class SearchHit:
    """Something that the admin's search found.

    Args:
        title: shown as it is.
        url: a path of the admin.
        hint: shown beside it, as it is.
    """

    title: str
    url: str
    hint: str = ""


@dataclass(frozen=True)
class SearchProvider:
    """Finds things of the plugin for the admin's search box.

    Not asked for an empty search, nor when an order's whole number leads straight to it.

    Args:
        key: ``plugin.name``.
        label: head over the hits.
        search: gets a reading session, what was typed (trimmed, 80 characters at most) and how many
            hits are wanted at most; makes at most one statement.
        permission: a right of the trunk or of the plugin; ``None``: all who may see the page.
    """

    key: str
    label: str
    search: Callable[[Session, str, int], Sequence[SearchHit]]
    permission: str | None = None
