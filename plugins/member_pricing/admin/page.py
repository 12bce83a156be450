"""What all merchant pages of member prices have in common."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.api.catalog import Page, ProductRow, admin_product_ids, admin_products
from core.api.errors import Conflict
from core.api.values import dataclass
from core.api.web import audit, notice, render_admin_page, staff
from plugins.member_pricing.rules import Audience
from plugins.member_pricing.services import listing
from plugins.member_pricing.services.editing import (
    Change,
    Done,
    change_prices,
    take_turn,
)

PLUGIN = "member_pricing"
ROOT = "/admin/x/member_pricing"
MOST_AT_ONCE = 5_000
"""Products that one act may change."""
SHOWN = ("priced", "warned", "left_out")
STATES = ("on_sale", "draft", "off_sale")


def show_page(template: str, tab: str, **values: Any) -> str:
    """A page from ``templates/admin/``, with its tab marked."""
    return render_admin_page(f"admin/{template}", PLUGIN, tab=tab, root=ROOT, **values)


def page_number() -> int:
    """The page that is asked for; anything odd is the first."""
    return max(1, min(request.values.get("page", 1, type=int) or 1, 100_000))


def go(path: str) -> Response:
    """On to another page."""
    return flask.redirect(path, 303)


def id_of(text: str) -> UUID | None:
    """An id from an address or a form; ``None`` for nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return None


def version_of(text: str) -> int | None:
    """The version of a price that a form brings back; ``None`` for nonsense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def ids_picked(field: str = "pick") -> list[UUID]:
    """The products that are ticked, or that another field names."""
    return [each for each in map(id_of, request.form.getlist(field)) if each is not None]


def these(session: Session, ids: Sequence[UUID]) -> Page[ProductRow]:
    """Products by id as one page of a list, wherever a search would find them."""
    if not ids:
        return Page((), 0, 1, 1)
    named = sa.union_all(*(sa.select(sa.literal(each, sa.Uuid()).label("id")) for each in ids))
    return admin_products(session, within=sa.select(named.subquery().c.id), per_page=len(ids))


def tell(count: int, one: str, many: str) -> None:
    """Say on the next page how many something was done with (catalogue entries)."""
    notice(one if count == 1 else many, count=count)


def look_at(turn: int, changes: Iterable[Change]) -> str:
    """What a look ahead gives its form to bring back: the state of prices, and what it showed."""
    shown = repr([(each.key, each.terms) for each in changes])
    return f"{turn}.{hashlib.sha256(shown.encode()).hexdigest()[:16]}"


def carry_out(
    session: Session, changes: Sequence[Change], kind: str, *, look: str | None = None
) -> Done:
    """Change prices in the signed-in staff member's name, with a line in the audit log.

    Args:
        session: of the act.
        changes: what is wanted.
        kind: of act.
        look: from :func:`look_at`, for what has to be looked at before it counts.

    Raises:
        Conflict: this is not what was looked at, or prices changed since; nothing is written.
    """
    if look is not None and look != look_at(take_turn(session) - 1, changes):
        raise Conflict(
            "member_pricing.look",
            "Prices, products or this form changed since you looked. Nothing was saved; this is "
            "what would change now.",
        )
    who = staff()
    done = change_prices(session, changes, actor=who.actor, actor_name=who.name, kind=kind)
    if done.act_id is not None:
        write_down(session, kind, done.product_ids, prices=done.count)
    return done


def write_down(session: Session, verb: str, product_ids: Collection[UUID], **after: int) -> None:
    """A line of the audit log: about the one product, or telling how many products there were."""
    act = f"member_pricing.{verb}"
    if len(product_ids) == 1:
        audit(session, act, "product", *product_ids, after=after)
    else:
        audit(session, act, PLUGIN, "", after={"products": len(product_ids), **after})


@dataclass(frozen=True)
class Wanted:
    """Which products a list shows: search, category, state, and what is known of their prices."""

    q: str = ""
    category: str = ""
    state: str = ""
    show: str = ""
    audience: str = ""

    @classmethod
    def asked(cls) -> "Wanted":
        """As the address or a form says."""
        text = {name: request.values.get(name, "").strip()[:80] for name in cls.__annotations__}
        if text["show"] not in SHOWN:
            text["show"] = ""
        if text["state"] not in STATES:
            text["state"] = ""
        if Audience.of(text["audience"]) is None:
            text["audience"] = ""
        return cls(**text)

    @property
    def is_narrowed(self) -> bool:
        """Whether not everything is shown."""
        return self != Wanted()

    @property
    def query_string(self) -> str:
        """As an address says it."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    def page(self, session: Session, number: int, per_page: int) -> Page[ProductRow]:
        """A page of them; two statements, more for what is worked out."""
        return admin_products(session, **self._terms(session), page=number, per_page=per_page)

    def ids(self, session: Session, limit: int = MOST_AT_ONCE) -> list[UUID]:
        """All of them, ``limit`` at most."""
        return list(admin_product_ids(session, **self._terms(session), limit=limit))

    def _terms(self, session: Session) -> dict[str, Any]:
        return {
            "query": self.q,
            "state": self.state,
            "category": self.category or None,
            "within": self._within(session),
        }

    def _within(self, session: Session) -> sa.Select[UUID] | None:
        if self.show == "warned":
            return listing.warned(session, limit=1_000)
        if self.show == "left_out":
            return listing.all_left_out()
        if self.show == "priced" or self.audience:
            return listing.with_price(Audience.of(self.audience))
        return None
