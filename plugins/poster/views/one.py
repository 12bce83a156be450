"""One poster on the phone: while it comes, to press and hold, when it failed or is out of date."""

from typing import Any
from uuid import UUID

import flask

from core.api.catalog import ProductCard, product_cards
from core.api.clock import local_date, now
from core.api.contributions import StorePage
from core.api.errors import NotFound, Rejected
from core.api.i18n import gettext as _
from core.api.sharing import ShareView, shares_by_id
from core.api.web import (
    external_url,
    files,
    locale,
    member,
    notice,
    reader,
    run_soon,
    store_settings,
    writing,
)
from plugins.poster.rules.words import price_text
from plugins.poster.services import statistics, tallying
from plugins.poster.services.posters import PLUGIN, PosterView, poster_file, poster_of
from plugins.poster.services.studio import is_noted, is_outdated
from plugins.poster.services.template_views import TemplateView, published, template_by_id
from plugins.poster.views.asking import RENDER, ask_for_poster, price_now
from plugins.poster.views.page import ROOT, go, may_make, show_page
from plugins.poster.views.studio import closed

KEPT_SECONDS = 365 * 86_400


def show(poster_id: UUID) -> Any:
    """The poster in whatever state it is; looking at a ready one is counted once a day."""
    member_id = member().subject_id
    if not may_make(member_id):
        return closed()
    session = reader()
    poster = _own(poster_id)
    share = _share_of(poster)
    card = _card_of(poster)
    fen, price = price_now(poster.product_id) if card is not None else (None, "")
    template, state = template_by_id(session, poster.template_id), _state(poster)
    _see_to(poster)
    if state == "ready":
        _note_shown(share)
        session = reader()
    return show_page(
        "poster.html",
        poster=poster,
        state=state,
        is_outdated=state == "ready"
        and is_outdated(session, poster.id, template, card, share, fen),
        product=card,
        picture_url=f"{ROOT}/{poster.id}/{poster.content_hash}.jpg",
        link=external_url(share.short_path),
        words=_words(card, price, share),
        again_query=_again_query(card, template),
        others=[each for each in published(session, template.purpose) if each.id != template.id],
        sums=statistics.of_shares(session, [share.id])[share.id],
    )


def tell_state(poster_id: UUID) -> Any:
    """Whether the poster is there, for the script that waits for it."""
    poster = _own(poster_id)
    _see_to(poster)
    answer = flask.jsonify(state=_state(poster))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def picture(poster_id: UUID, content_hash: str) -> Any:
    """The poster itself; its address names its content, so a browser may keep it."""
    poster = _own(poster_id)
    if not poster.is_ready or poster.content_hash != content_hash:
        raise NotFound("poster.unknown", "There is no such poster.")
    answer = flask.send_file(poster_file(files(PLUGIN), poster), mimetype="image/jpeg", etag=False)
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}, immutable"
    return answer


def again(poster_id: UUID) -> Any:
    """Ask once more: after a failure, or with today's design, price, name and portrait."""
    member_id = member().subject_id
    if not may_make(member_id):
        return closed()
    poster = _own(poster_id)
    try:
        made = ask_for_poster(member_id, poster.template_id, poster.product_id)
    except (NotFound, Rejected):
        notice("This template or product is not offered any more. Choose another one.", "warn")
        template = template_by_id(reader(), poster.template_id)
        return go(f"{ROOT}/new{_again_query(_card_of(poster), template)}")
    return go(f"{ROOT}/{made.id}")


def _own(poster_id: UUID) -> PosterView:
    return poster_of(reader(), poster_id, member().subject_id)


def _share_of(poster: PosterView) -> ShareView:
    found = shares_by_id(reader(), [poster.share_id] if poster.share_id else [])
    if poster.share_id not in found:
        raise NotFound("poster.unknown", "There is no such poster.")
    return found[poster.share_id]


def _card_of(poster: PosterView) -> ProductCard | None:
    ids = [poster.product_id] if poster.product_id is not None else []
    return next(iter(product_cards(reader(), ids)), None)


def _again_query(card: ProductCard | None, template: TemplateView) -> str:
    """The chooser's address for the same aim; of a product that is gone, it leads to others."""
    return f"?product={card.id}" if card else f"?purpose={template.purpose}"


def _state(poster: PosterView) -> str:
    """``waiting``, ``slow``, ``ready``, ``failed``, ``expired``, or ``gone``: its file is."""
    if poster.expires_at is not None and poster.expires_at <= now():
        return "expired"
    if poster.is_ready and not files(PLUGIN).has(poster.path):
        return "gone"
    return "slow" if poster.is_slow else poster.state


def _words(card: ProductCard | None, price: str, share: ShareView) -> str:
    """What a member may send along; it promises nothing."""
    link = external_url(share.short_path)
    shop = store_settings().name_in(locale())
    said = _("I like to shop at %(shop)s, have a look: %(link)s", shop=shop, link=link)
    if card is not None:
        said = _(
            "“%(title)s”, %(price)s at %(shop)s. I like it, have a look: %(link)s",
            title=card.title,
            price=price or price_text(card.price_fen),
            shop=shop,
            link=link,
        )
    return str(said)


def _see_to(poster: PosterView) -> None:
    """Have a worker look again when the one that began with this poster is gone."""
    if poster.is_left:
        with writing() as session:
            run_soon(session, RENDER)


def _note_shown(share: ShareView) -> None:
    """Count the look at a ready poster, in one write a poster and day."""
    day = local_date(now(), store_settings().timezone)
    if is_noted(reader(), share.id, day):
        return
    with writing() as session:
        tallying.note_shown(session, share.id, share.member_id, share.campaign, day)


POSTER_PAGES = (
    StorePage("poster.one", f"{ROOT}/<uuid:poster_id>", show, "member"),
    StorePage("poster.state", f"{ROOT}/<uuid:poster_id>/state", tell_state, "member"),
    StorePage("poster.picture", f"{ROOT}/<uuid:poster_id>/<content_hash>.jpg", picture, "member"),
    StorePage("poster.again", f"{ROOT}/<uuid:poster_id>/again", again, "member", ("POST",)),
)
"""Pages of this module."""
