"""The poster studio: choose a template, watch the poster come, save it, see what came of it."""

from collections.abc import Sequence
from typing import Any

from flask import request

from core.api.catalog import ProductCard, list_products, product_cards
from core.api.contributions import StorePage
from core.api.errors import NotFound
from core.api.i18n import lazy_gettext as _l
from core.api.values import dataclass
from core.api.web import member, notice, reader
from plugins.poster.rules import Purpose
from plugins.poster.services import statistics
from plugins.poster.services.studio import latest_posters
from plugins.poster.services.template_views import (
    TemplateView,
    names_of_templates,
    published,
)
from plugins.poster.views.asking import ask_for_poster
from plugins.poster.views.looks import look_url
from plugins.poster.views.page import ROOT, go, may_make, show_page, uuid_or_none

PER_PAGE = 12
PURPOSES = {
    Purpose.PRODUCT: (_l("A product"), _l("Choose something you like"), "gift"),
    Purpose.SHOP: (_l("The shop"), _l("Everything in one poster"), "home"),
    Purpose.INVITE: (_l("An invitation"), _l("Ask friends to become members"), "users"),
}


@dataclass(frozen=True)
class Aim:
    """What a poster is to be for: a purpose and, for a product's, the product."""

    purpose: Purpose
    product: ProductCard | None

    @property
    def query(self) -> str:
        """The address of the chooser for this aim, from its question mark on."""
        if self.product is not None:
            return f"?product={self.product.id}"
        return f"?purpose={self.purpose}"


def home() -> Any:
    """Ways to begin, one's posters with what came of them, newest first."""
    member_id = member().subject_id
    if not may_make(member_id):
        return closed()
    session = reader()
    page = max(1, min(request.args.get("page", 1, type=int) or 1, 1_000))
    posters, has_more = latest_posters(session, member_id, page=page, per_page=PER_PAGE)
    shares = [each.share_id for each in posters if each.share_id is not None]
    products = product_cards(session, [each.product_id for each in posters if each.product_id])
    return show_page(
        "studio.html",
        purposes=PURPOSES,
        posters=posters,
        figures=statistics.of_shares(session, shares),
        products={card.id: card for card in products},
        names=names_of_templates(session),
        sums=statistics.of_member(session, member_id),
        page_number=page,
        has_more=has_more,
    )


def closed() -> Any:
    """For members who may not make posters: why, and where to go on."""
    return show_page("studio_closed.html")


def pick() -> Any:
    """Products to make a poster of."""
    if not may_make(member().subject_id):
        return closed()
    query = request.args.get("q", "").strip()[:40]
    page = max(1, min(request.args.get("page", 1, type=int) or 1, 200))
    found = list_products(reader(), query=query, page=page, per_page=PER_PAGE)
    return show_page("studio_products.html", page=found, query=query)


def choose() -> Any:
    """The templates for an aim, the first one chosen."""
    if not may_make(member().subject_id):
        return closed()
    aim = _aim(request.args)
    if aim is None:
        return go(f"{ROOT}/products")
    return _chooser(aim, published(reader(), aim.purpose))


def _chooser(aim: Aim, templates: Sequence[TemplateView]) -> str:
    label, _hint, _icon = PURPOSES[aim.purpose]
    return show_page(
        "studio_new.html",
        aim=aim,
        purpose_label=str(label),
        templates=templates,
        look_url=look_url,
        back=f"/p/{aim.product.slug}" if aim.product else f"{ROOT}/",
    )


def make() -> Any:
    """Ask for a poster; the same one is asked for once, whoever taps twice."""
    member_id = member().subject_id
    if not may_make(member_id):
        return closed()
    aim = _aim(request.form)
    if aim is None:
        raise _no_product()
    templates = published(reader(), aim.purpose)
    wanted = uuid_or_none(request.form.get("template", ""))
    template = next((each for each in templates if each.id == wanted), None)
    if template is None:
        notice("Please choose a template.", "warn")
        return go(f"{ROOT}/new{aim.query}")
    product_id = aim.product.id if aim.product else None
    poster = ask_for_poster(member_id, template.id, product_id)
    return go(f"{ROOT}/{poster.id}")


def _aim(said: Any) -> Aim | None:
    """What an address or a form asks for; ``None``: a product, and it does not say which.

    Raises:
        NotFound: the product is not on sale.
    """
    if "product" in said:
        product_id = uuid_or_none(said.get("product", ""))
        found = product_cards(reader(), [product_id]) if product_id else ()
        if not found:
            raise _no_product()
        return Aim(Purpose.PRODUCT, found[0])
    purpose = said.get("purpose", "")
    if purpose not in (Purpose.SHOP, Purpose.INVITE):
        return None
    return Aim(Purpose(purpose), None)


def _no_product() -> NotFound:
    return NotFound("catalog.no_product", "There is no such product.")


STUDIO_PAGES = (
    StorePage("poster.studio", f"{ROOT}/", home, "member"),
    StorePage("poster.studio_products", f"{ROOT}/products", pick, "member"),
    StorePage("poster.studio_new", f"{ROOT}/new", choose, "member"),
    StorePage("poster.studio_make", f"{ROOT}/new", make, "member", ("POST",)),
)
"""Pages of this module."""
