"""What a plugin's view may ask of the request it serves, and how it answers.

The trunk's web layer stands behind these functions (``core.web.doors``); a view needs nothing else
of Flask than ``request``, ``redirect`` and ``url_for``. Access is declared with the page, so a view
of a ``member`` page may call :func:`member` without looking, one of an admin page :func:`staff`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast
from uuid import UUID

import flask
from sqlalchemy.orm import Session

from core.api.contributions import PayoutChannel
from core.catalog.types import ProductCard
from core.kernel.errors import ShopError
from core.media.keeping import Files
from core.media.types import PictureView
from core.members.types import Principal
from core.pricing.types import PriceRule
from core.pricing.values import Quote, QuoteRequest
from core.settings.rules import StoreSettings

__all__ = [
    "Principal",
    "audit",
    "check",
    "client_ip",
    "current_member",
    "external_url",
    "files",
    "is_promoter",
    "locale",
    "member",
    "note_cards",
    "notice",
    "own_price",
    "payout_channels",
    "picture_data",
    "plugin_settings",
    "quotes",
    "reader",
    "render_admin_page",
    "render_store_page",
    "run_soon",
    "safe_path",
    "save_plugin_settings",
    "sentence",
    "staff",
    "store_settings",
    "take_picture",
    "translate_error",
    "visitor",
    "writing",
]

EXTENSION = "banyan.doors"


def reader() -> Session:
    """The request's read-only session, opened at its first use and closed with the request."""
    return _doors().reader()


def writing() -> AbstractContextManager[Session]:
    """A unit of work for a ``with`` block; it commits when the block ends."""
    return _doors().writing()


def current_member() -> Principal | None:
    """The signed-in shopper, or ``None`` for a guest. At most one statement a request."""
    return _doors().current_member()


def member() -> Principal:
    """The signed-in shopper.

    Raises:
        SignInRequired: nobody is signed in.
    """
    return _doors().member()


def staff() -> Principal:
    """The signed-in staff member.

    Raises:
        SignInRequired: nobody is signed in.
    """
    return _doors().staff()


def visitor() -> str | None:
    """The browser's random id; ``None`` when it never opened a share link or filled a bag."""
    return _doors().visitor()


def client_ip() -> str:
    """The client's address, behind proxies only as far as they are trusted."""
    return _doors().client_ip()


def locale() -> str:
    """The request's locale: ``zh_Hans_CN`` or ``en``."""
    return _doors().locale()


def sentence(message: str, params: Mapping[str, Any] | None = None) -> str:
    """A catalogue entry in the request's language; keys ending in ``_fen`` are shown as money."""
    return _doors().sentence(message, params)


def translate_error(error: ShopError) -> str:
    """An error's sentence in the request's language; several when several plugins refuse."""
    return _doors().translate_error(error)


def notice(message: str, kind: str = "ok", **params: Any) -> None:
    """Show a catalogue entry once, on the next page or on this one.

    Args:
        message: English catalogue entry.
        kind: ``ok``, ``warn`` or ``error``.
        params: values for its places.
    """
    _doors().notice(message, kind, **params)


def external_url(path: str) -> str:
    """A path of this shop with its public origin."""
    return _doors().external_url(path)


def safe_path(target: str | None, fallback: str = "/") -> str:
    """A place within this shop to go back to; anything else becomes ``fallback``."""
    return _doors().safe_path(target, fallback)


def store_settings() -> StoreSettings:
    """The merchant's settings of the trunk, at most half a second old."""
    return _doors().store_settings()


def plugin_settings(plugin: str) -> Mapping[str, Any]:
    """A plugin's own settings, at most half a second old."""
    return _doors().plugin_settings(plugin)


def save_plugin_settings(plugin: str, values: Mapping[str, Any]) -> None:
    """Store a plugin's settings in the signed-in staff member's name, with history.

    Raises:
        Rejected: the schema's own check refuses.
    """
    _doors().save_plugin_settings(plugin, values)


def audit(
    session: Session,
    action: str,
    kind: str,
    ref: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> UUID:
    """Write down what the signed-in staff member does, in the transaction of the act itself.

    Args:
        session: the unit of work of the act.
        action: ``plugin.verb``.
        kind: kind of the thing changed.
        ref: its number or id.
        before: values before.
        after: values after.
    """
    return _doors().audit(session, action, kind, ref, before=before, after=after)


def take_picture(name: str, data: bytes, alt: str = "") -> PictureView:
    """Keep a picture that staff uploads, re-encoded; the same one again is the same picture.

    Encoding takes up to a second, so call it outside of every unit of work. The audit log names who
    brought it.

    Args:
        name: the file's name, shown to people only.
        data: its bytes; what is too much is refused, so read no more than 12 MB and one byte.
        alt: what it shows.

    Raises:
        Rejected: too big, not a picture, moving or broken; the sentence says which.
    """
    return _doors().take_picture(name, data, alt)


def files(plugin: str) -> Files:
    """The files that a plugin made; one is sent with ``flask.send_file(files.path(name))``."""
    return _doors().files(plugin)


def run_soon(session: Session, job: str) -> None:
    """Have a worker run a job of the plugin within a second, once what is written here is stored.

    Asking again before it began changes nothing. Where no worker runs, the job waits for one; it
    runs at its own times all the same.

    Args:
        session: the unit of work of what there is to be done.
        job: key of a job.
    """
    _doors().run_soon(session, job)


def picture_data(picture: PictureView, width: int, format: str = "jpg") -> bytes | None:  # noqa: A002
    """A stored picture's bytes, to be painted into another; no statement.

    Args:
        picture: the picture, see ``core.api.media.picture_views``.
        width: what is needed; a picture that is smaller comes as it is.
        format: ``jpg``, ``webp`` or ``avif``.

    Returns:
        Bytes of the file; ``None`` when it is gone.
    """
    return _doors().picture_data(picture, width, format)


def check(hook: str, **arguments: Any) -> None:
    """Ask every plugin that takes part, as the trunk's services do with their ``check`` argument.

    Raises:
        Rejected: one or several refuse.
    """
    _doors().check(hook, **arguments)


def is_promoter(member_id: UUID) -> bool:
    """Whether any plugin's programme approved a member to recommend the shop for a reward.

    One statement for each programme (``register_promoters``) at most, once a request. ``False``
    while no plugin with such a programme is on.
    """
    return _doors().is_promoter(member_id)


def payout_channels() -> Sequence[PayoutChannel]:
    """Ways out of the store that plugins bring and that can be chosen now; not the wallet."""
    return _doors().payout_channels()


def quotes(
    requests: Sequence[QuoteRequest], *, instead: Sequence[PriceRule] = ()
) -> Sequence[Quote]:
    """What some baskets cost by all price rules in force, each by itself.

    They are of one shopper; rules load once for all of them. Nothing is stored or held.

    Args:
        requests: baskets at list price.
        instead: rules that stand in for those of the same key, to ask what others would cost.
    """
    return _doors().quotes(requests, instead)


def note_cards(cards: Sequence[Any]) -> None:
    """Tell which product cards a page shows, before it is rendered: blocks on cards ask once."""
    _doors().note_cards(cards)


def own_price(card: ProductCard) -> int | None:
    """What one piece of a noted card's SKU costs its reader, by every price rule that is in force.

    In fen, without freight; ``None``: no less than by the list. The card shows the same number.
    """
    return _doors().own_price(card)


def render_store_page(template: str, plugin: str, **values: Any) -> str:
    """A page of the shop face around the plugin's template; themes may replace it.

    Args:
        template: file below the plugin's ``templates/``.
        plugin: whose page it is.
        values: plain values; never rows.
    """
    return _doors().render_store_page(template, plugin, **values)


def render_admin_page(template: str, plugin: str, **values: Any) -> str:
    """A page of the merchant's face around the plugin's template."""
    return _doors().render_admin_page(template, plugin, **values)


class Doors(Protocol):
    """What the web layer puts behind these functions; each method is the function of its name."""

    def reader(self) -> Session:
        """See :func:`reader`."""

    def writing(self) -> AbstractContextManager[Session]:
        """See :func:`writing`."""

    def current_member(self) -> Principal | None:
        """See :func:`current_member`."""

    def member(self) -> Principal:
        """See :func:`member`."""

    def staff(self) -> Principal:
        """See :func:`staff`."""

    def visitor(self) -> str | None:
        """See :func:`visitor`."""

    def client_ip(self) -> str:
        """See :func:`client_ip`."""

    def locale(self) -> str:
        """See :func:`locale`."""

    def sentence(self, message: str, params: Mapping[str, Any] | None) -> str:
        """See :func:`sentence`."""

    def translate_error(self, error: ShopError) -> str:
        """See :func:`translate_error`."""

    def check(self, hook: str, **arguments: Any) -> None:
        """See :func:`check`."""

    def files(self, plugin: str) -> Files:
        """See :func:`files`."""

    def run_soon(self, session: Session, job: str) -> None:
        """See :func:`run_soon`."""

    def take_picture(self, name: str, data: bytes, alt: str) -> PictureView:
        """See :func:`take_picture`."""

    def is_promoter(self, member_id: UUID) -> bool:
        """See :func:`is_promoter`."""

    def picture_data(self, picture: PictureView, width: int, format: str) -> bytes | None:  # noqa: A002
        """See :func:`picture_data`."""

    def payout_channels(self) -> Sequence[PayoutChannel]:
        """See :func:`payout_channels`."""

    def quotes(
        self, requests: Sequence[QuoteRequest], instead: Sequence[PriceRule]
    ) -> Sequence[Quote]:
        """See :func:`quotes`."""

    def note_cards(self, cards: Sequence[Any]) -> None:
        """See :func:`note_cards`."""

    def own_price(self, card: ProductCard) -> int | None:
        """See :func:`own_price`."""

    def notice(self, message: str, kind: str, **params: Any) -> None:
        """See :func:`notice`."""

    def external_url(self, path: str) -> str:
        """See :func:`external_url`."""

    def safe_path(self, target: str | None, fallback: str) -> str:
        """See :func:`safe_path`."""

    def store_settings(self) -> StoreSettings:
        """See :func:`store_settings`."""

    def plugin_settings(self, plugin: str) -> Mapping[str, Any]:
        """See :func:`plugin_settings`."""

    def save_plugin_settings(self, plugin: str, values: Mapping[str, Any]) -> None:
        """See :func:`save_plugin_settings`."""

    def audit(
        self,
        session: Session,
        action: str,
        kind: str,
        ref: object,
        *,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> UUID:
        """See :func:`audit`."""

    def render_store_page(self, template: str, plugin: str, **values: Any) -> str:
        """See :func:`render_store_page`."""

    def render_admin_page(self, template: str, plugin: str, **values: Any) -> str:
        """See :func:`render_admin_page`."""


def _doors() -> Doors:
    return cast(Doors, flask.current_app.extensions[EXTENSION])
