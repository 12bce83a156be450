"""What a plugin contributes: frozen descriptors returned once at boot by its ``register_*`` hooks.

Descriptors hold functions; whether a plugin takes part is decided at each use from shared state,
so a descriptor of a switched-off plugin lies idle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy.orm import Session
from wtforms import Field

from core.pricing.types import PriceRule

__all__ = [
    "AdminPage",
    "Block",
    "BlockContext",
    "Command",
    "DashboardCard",
    "Gateway",
    "Job",
    "JobContext",
    "MemberListColumn",
    "MessageChannel",
    "OrderPanel",
    "PayoutChannel",
    "Permission",
    "PriceRule",
    "SettingsSchema",
    "StorePage",
]


@dataclass(frozen=True)
class Permission:
    """A right that roles can hold; ``key`` is ``plugin.verb``."""

    key: str
    label: str


@dataclass(frozen=True)
class SettingsSchema:
    """A plugin's settings: WTForms fields by name, shown as a form in admin.

    Args:
        fields: name → unbound field; its ``default`` is the setting's default.
        secrets: names stored encrypted and never shown again.
        check: raises ``Rejected`` when the values do not fit together; gets the new values and the
            set of acknowledgements that the staff member ticked.
    """

    fields: Mapping[str, Field]
    secrets: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, Any]], None] | None = None


@dataclass(frozen=True)
class BlockContext:
    """What a block may know of the page it stands on.

    ``subject`` is the page's value object (a product view on product pages, an order view on order
    pages …), ``member_id`` is ``None`` for guests, ``settings`` are the plugin's own.
    """

    session: Session
    region: str
    subject: Any
    member_id: UUID | None
    settings: Mapping[str, Any]
    locale: str


@dataclass(frozen=True)
class Block:
    """A piece of page in a named region, beside core's own blocks.

    Args:
        key: ``plugin.name``.
        region: one of ``core.api.regions.Region``.
        template: the plugin's template, rendered with what ``context`` returns.
        context: values for the template, at most one statement; ``None`` renders nothing.
        weight: order within the region; core's blocks stand at 100, 200, 300 …
        audience: ``member`` blocks are not even asked for guests.
        styles: the plugin's style sheets that the block needs.
    """

    key: str
    region: str
    template: str
    context: Callable[[BlockContext], Mapping[str, Any] | None]
    weight: int = 500
    audience: Literal["all", "member"] = "all"
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class StorePage:
    """A page of the shop face. ``path`` starts with ``/x/<plugin>``; ``view`` is a Flask view."""

    key: str
    path: str
    view: Callable[..., Any]
    access: Literal["guest", "member"]
    methods: tuple[str, ...] = ("GET",)
    menu_label: str | None = None
    menu_icon: str = "star"


@dataclass(frozen=True)
class AdminPage:
    """A page of the merchant's face. ``path`` starts with ``/admin/x/<plugin>``."""

    key: str
    path: str
    view: Callable[..., Any]
    permission: str
    methods: tuple[str, ...] = ("GET",)
    menu_label: str | None = None
    menu_icon: str = "puzzle"


@dataclass(frozen=True)
class DashboardCard:
    """A figure or to-do on the admin's first page; ``load`` makes at most one statement.

    ``load`` returns ``{"value": str, "hint": str, "url": str}``, or ``None`` to stay away.
    """

    key: str
    label: str
    load: Callable[[Session, Mapping[str, Any]], Mapping[str, Any] | None]
    kind: Literal["kpi", "todo"] = "kpi"
    icon: str = "coin"
    permission: str | None = None


@dataclass(frozen=True)
class OrderPanel:
    """A panel beside an order in admin; ``load`` gets the order's id."""

    key: str
    label: str
    template: str
    load: Callable[[Session, UUID], Mapping[str, Any] | None]
    permission: str | None = None


@dataclass(frozen=True)
class MemberListColumn:
    """A column of the admin's member list, filled for a whole page of members at once."""

    key: str
    label: str
    load: Callable[[Session, Sequence[UUID]], Mapping[UUID, str]]


class JobContext(Protocol):
    """What a job gets: units of work, its settings, and a heartbeat."""

    settings: Mapping[str, Any]

    def write(self) -> Any:
        """A unit of work, as ``with context.write() as session``."""

    def read(self) -> Any:
        """A read-only session, as ``with context.read() as session``."""

    def beat(self, done: int, total: int | None = None) -> None:
        """Tell admin that the job lives and how far it is."""


@dataclass(frozen=True)
class Job:
    """Work on a schedule, at least once each tick: it must be able to run twice.

    Args:
        key: ``plugin.name``.
        run: the work; opens its own units of work, as many as it likes.
        every_seconds: the tick's length; ticks start at multiples of it since 1970 (UTC).
    """

    key: str
    label: str
    run: Callable[[JobContext], None]
    every_seconds: int


@dataclass(frozen=True)
class Command:
    """A subcommand ``banyan x <plugin> <name>``; ``run`` gets a JobContext and the arguments."""

    name: str
    help: str
    run: Callable[[JobContext, Sequence[str]], Any]


class Gateway(Protocol):
    """A payment gateway; implemented in ``core.payments.sandbox`` and by plugins.

    See ``core.payments.types`` for the values. Methods call out and run outside any transaction.
    """

    key: str
    label: str

    def start(self, request: Any) -> Any:
        """Ask the gateway to collect a sum; returns where to send the shopper."""

    def query(self, payment_no: str) -> Any:
        """Ask what became of a payment."""

    def refund(self, request: Any) -> Any:
        """Ask for money to go back; repeating a request under the same number is harmless."""

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Any:
        """Verify and parse a callback."""


class MessageChannel(Protocol):
    """A way to reach people: SMS, mail, official account."""

    key: str
    label: str
    kind: Literal["sms", "email", "push"]

    def send(self, recipient: str, body: str, key: str) -> None:
        """Send once; raises ``UpstreamError``."""


class PayoutChannel(Protocol):
    """A way to pay people; ``wallet`` is core's own."""

    key: str
    label: str

    def pay(self, request: Any) -> Any:
        """Pay once under the payout's number; raises ``UpstreamError``."""


@dataclass(frozen=True)
class Contributions:
    """Everything one plugin registered, by kind. Built by the host."""

    price_rules: tuple[PriceRule, ...] = ()
    blocks: tuple[Block, ...] = ()
    store_pages: tuple[StorePage, ...] = ()
    admin_pages: tuple[AdminPage, ...] = ()
    dashboard_cards: tuple[DashboardCard, ...] = ()
    order_panels: tuple[OrderPanel, ...] = ()
    member_columns: tuple[MemberListColumn, ...] = ()
    jobs: tuple[Job, ...] = ()
    commands: tuple[Command, ...] = ()
    permissions: tuple[Permission, ...] = ()
    settings: SettingsSchema | None = None
    gateways: tuple[Gateway, ...] = ()
    channels: tuple[MessageChannel, ...] = ()
    payout_channels: tuple[PayoutChannel, ...] = ()
    order_freezes: Mapping[str, Callable[[Session, Any], Any]] = field(default_factory=dict)
