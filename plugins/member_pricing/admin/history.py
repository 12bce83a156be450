"""What was done with prices, and taking it back."""

from typing import Any

from core.api.catalog import product_titles, skus_named
from core.api.errors import NotFound, ShopError
from core.api.web import notice, reader, staff, writing
from plugins.member_pricing.admin import wording
from plugins.member_pricing.admin.page import (
    ROOT,
    go,
    id_of,
    page_number,
    show_page,
    tell,
    write_down,
)
from plugins.member_pricing.services import history
from plugins.member_pricing.services.listing import columns

MOST_SHOWN = 300


def show() -> str:
    """All acts, the newest first."""
    return show_page(
        "history.html",
        "history",
        page=history.deeds(reader(), page=page_number()),
        deed=None,
        changes=(),
        names={},
        columns=(),
        says=wording,
    )


def one(act_id: str) -> Any:
    """One act with its prices before and after."""
    session = reader()
    deed = history.deed_of(session, _id(act_id))
    changes = history.changes_of(session, act_id=deed.id, limit=MOST_SHOWN)
    skus = {each.target.sku_id for each in changes if each.target.sku_id}
    names = {
        sku.id: " · ".join(sku.options.values()) or sku.code for sku in skus_named(session, skus)
    }
    return show_page(
        "act.html",
        "history",
        deed=deed,
        changes=changes,
        titles=product_titles(session, {each.target.product_id for each in changes}),
        names=names,
        columns=columns(session),
        says=wording,
    )


def undo(act_id: str) -> Any:
    """Take an act back."""
    who = staff()
    try:
        with writing() as session:
            done = history.undo(session, _id(act_id), actor=who.actor, actor_name=who.name)
            write_down(session, "undo", done.product_ids, prices=done.count)
    except ShopError as error:
        notice(error.message, "error")
        return go(f"{ROOT}/history")
    tell(done.count, "One price is back as it was.", "%(count)s prices are back as they were.")
    return go(f"{ROOT}/history/{done.act_id}")


def _id(text: str) -> Any:
    found = id_of(text)
    if found is None:
        raise NotFound("member_pricing.no_act", "This change is not in the history.")
    return found
