"""Asking for a poster within a request: today's price, the shop's name, the job that makes it."""

from datetime import timedelta
from uuid import UUID

from core.api import web
from core.api.catalog import product_cards
from core.api.clock import now
from core.api.i18n import gettext as _
from core.api.pricing import QuoteLine, QuoteRequest
from core.api.sharing import create_share
from plugins.poster.rules.campaigns import CHANNEL, campaign_of
from plugins.poster.rules.words import price_text
from plugins.poster.services import posters
from plugins.poster.services.posters import PLUGIN, PosterView

RENDER = "poster.render"


def ask_for_poster(
    member_id: UUID, template_id: UUID, product_id: UUID | None, *, width: int = 0
) -> PosterView:
    """A member's poster: ready when it was made before, else waiting, and made within a second.

    It leads to the member's own link for this template: to the product, or to the shop. Call it
    outside of every unit of work, in answer to something that may write.

    Args:
        member_id: whose poster.
        template_id: one that is published and shown.
        product_id: for a template of products; ``None``: of the shop or an invitation.
        width: of the picture in pixels; 0: as the template says.

    Raises:
        NotFound: no such template, or not for members any more.
        Rejected: the product is not on sale, or none was named.
    """
    fen, price = price_now(product_id)
    days = int(web.plugin_settings(PLUGIN).get("poster_days", 0))
    with web.writing() as session:
        share = create_share(
            session,
            member_id,
            "product" if product_id is not None else "store",
            str(product_id) if product_id is not None else "",
            CHANNEL,
            campaign_of(template_id),
        )
        poster = posters.request_poster(
            session,
            member_id,
            template_id,
            product_id,
            share,
            target=web.external_url(share.short_path),
            shop=web.store_settings().name_in(web.locale()),
            price_fen=fen,
            price=price,
            width=width,
            expires_at=now() + timedelta(days=days) if days else None,
        )
        if poster.is_ready and not web.files(PLUGIN).has(poster.path):
            posters.make_again(session, poster.id)
            poster = posters.poster_of(session, poster.id, member_id)
        if not poster.is_ready and not poster.is_failed:
            web.run_soon(session, RENDER)
    return poster


def price_now(product_id: UUID | None) -> tuple[int | None, str]:
    """What one piece of a product costs somebody who is not signed in, and how that is shown."""
    cards = product_cards(web.reader(), [product_id]) if product_id is not None else ()
    sku_id = cards[0].sku_id if cards else None
    if sku_id is None:
        return None, ""
    card = cards[0]
    line = QuoteLine(
        sku_id=sku_id,
        product_id=card.id,
        category_id=card.category_id,
        quantity=1,
        unit_price_fen=card.price_fen,
    )
    fen = web.quotes([QuoteRequest((line,), None, now())])[0].goods_fen
    shown = price_text(fen)
    return fen, _("from %(price)s", price=shown) if card.has_price_range else shown
