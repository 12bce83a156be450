"""The web layer behind ``core.api.web``: what plugins' views may ask of a request."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import flask
from sqlalchemy.orm import Session

from core.api.contributions import PayoutChannel, Promoters
from core.api.web import EXTENSION
from core.host.ports import payout_ports_of
from core.host.runs import ask_soon
from core.kernel.errors import ShopError
from core.media.keeping import Files
from core.media.services import picture_data, picture_views, prepare_picture, record_picture
from core.media.types import PictureView
from core.pricing.services import core_rules, quote_each
from core.pricing.types import PriceRule, Quote, QuoteRequest
from core.settings.rules import StoreSettings
from core.staff.services import audit
from core.web import context, flash, i18n, own_prices, regions
from core.web.admin.render import render_admin_page
from core.web.here import here
from core.web.render import render_store_page


def install(app: flask.Flask) -> None:
    """Open the doors to plugins."""
    app.extensions[EXTENSION] = WebDoors()


class WebDoors:
    """The functions of ``core.api.web``, by their names; each is described there."""

    reader = staticmethod(context.reader)
    writing = staticmethod(context.writing)
    current_member = staticmethod(context.current_member)
    member = staticmethod(context.member)
    staff = staticmethod(context.staff)
    visitor = staticmethod(context.visitor)
    client_ip = staticmethod(context.client_ip)
    external_url = staticmethod(context.external_url)
    safe_path = staticmethod(context.safe_path)
    locale = staticmethod(i18n.locale)
    sentence = staticmethod(i18n.sentence)
    note_cards = staticmethod(regions.note_cards)
    own_price = staticmethod(own_prices.of)
    render_store_page = staticmethod(render_store_page)
    render_admin_page = staticmethod(render_admin_page)

    def translate_error(self, error: ShopError) -> str:
        """An error in words; each plugin's reason when several refuse."""
        reasons = getattr(error, "reasons", ()) or (error,)
        return " ".join(i18n.translate_error(reason) for reason in reasons)

    def check(self, hook: str, **arguments: Any) -> None:
        """Ask the enabled plugins."""
        context.shop().extensions().check(hook, **arguments)

    def files(self, plugin: str) -> Files:
        """A plugin's files below the uploads folder."""
        return Files.of(context.shop().config.uploads, plugin)

    def run_soon(self, session: Session, job: str) -> None:
        """Ask for a run, unless one is waiting already."""
        ask_soon(session, job)

    def take_picture(self, name: str, data: bytes, alt: str) -> PictureView:
        """Encode first, then write: no lock is held meanwhile."""
        prepared = prepare_picture(context.shop().config.uploads, name, data, alt)
        with context.writing() as session:
            taken = record_picture(session, prepared).id
            seen = {"file": prepared.filename}
            self.audit(session, "picture.upload", "picture", taken, before=None, after=seen)
            return picture_views(session, [taken])[taken]

    def is_promoter(self, member_id: UUID) -> bool:
        """Ask each programme until one includes the member; the answer holds for the request."""
        known = here().setdefault("banyan_promoters", {})
        if member_id not in known:
            known[member_id] = any(
                self._includes(plugin, group, member_id)
                for plugin, group in context.shop().plugins.contributions("promoters")
            )
        return cast(bool, known[member_id])

    def _includes(self, plugin: str, group: Promoters, member_id: UUID) -> bool:
        def ask() -> bool:
            return group.includes(context.reader(), member_id)

        return bool(regions.guarded(plugin, f"promoters:{group.key}", ask))

    def quotes(self, requests: Sequence[QuoteRequest], instead: Sequence[PriceRule]) -> list[Quote]:
        """By the trunk's rules and those of plugins."""
        shop = context.shop()
        other = {rule.key for rule in instead}
        rules = [rule for rule in shop.extensions().rules if rule.key not in other]
        every = (*core_rules(shop.settings()), *rules, *instead)
        return quote_each(context.reader(), requests, every)

    def picture_data(self, picture: PictureView, width: int, format: str) -> bytes | None:  # noqa: A002
        """A variant's file."""
        return picture_data(context.shop().config.uploads, picture, width, format)

    def payout_channels(self) -> tuple[PayoutChannel, ...]:
        """Ways to be paid that plugins which take part bring."""
        return tuple(port for _, port in payout_ports_of(context.shop()))

    def notice(self, message: str, kind: str, **params: Any) -> None:
        """Show a sentence once."""
        flash.say(message, cast(flash.Kind, kind), **params)

    def store_settings(self) -> StoreSettings:
        """The trunk's settings."""
        return context.shop().settings()

    def plugin_settings(self, plugin: str) -> Mapping[str, Any]:
        """A plugin's settings."""
        return context.shop().plugins.settings_of(plugin)

    def save_plugin_settings(self, plugin: str, values: Mapping[str, Any]) -> None:
        """Store a plugin's settings in the signed-in staff member's name."""
        actor = context.staff().actor
        context.close_reader()
        context.shop().plugins.save_settings(plugin, values, actor)

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
        """Add a line to the audit log."""
        principal = context.staff()
        return audit(
            session,
            actor=principal.actor,
            actor_name=principal.name,
            action=action,
            object_kind=kind,
            object_ref=str(ref),
            before=before,
            after=after,
            ip=context.client_ip(),
        )
