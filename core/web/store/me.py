"""The member centre: who I am, my orders at a glance, my wallet, the menu."""

from datetime import datetime

import flask
from flask import request

from core.kernel.values import dataclass
from core.ledger.services import WALLET, balance, member_owner, statement
from core.media.services import picture_views
from core.members.services import member_view
from core.orders.services import status_counts
from core.orders.states import OrderStatus
from core.web import context
from core.web.access import access
from core.web.render import render_store_page
from core.web.store.cart import as_id
from core.web.store.showing import MenuItem

bp = flask.Blueprint("store_me", __name__)

_ROWS = 30
_SHORTCUTS = (
    (OrderStatus.UNPAID, "To pay", "wallet"),
    (OrderStatus.TO_SHIP, "To ship", "package"),
    (OrderStatus.TO_RECEIVE, "To receive", "truck"),
    (OrderStatus.COMPLETED, "Completed", "circle-check"),
)
_AFTER_SALE = MenuItem("After-sale", "receipt-refund", "/me/after-sales")
_MENU = (
    MenuItem("Addresses", "map-pin", "/me/addresses"),
    MenuItem("Settings", "settings", "/me/settings"),
)


@bp.get("/me")
@access("public")
def me() -> str:
    """The member centre; guests see the way in."""
    member = context.current_member()
    if member is None:
        return render_store_page(
            "me.html", tab="me", shortcuts=_shortcuts({}), wallet_fen=None, menu=(), profile=None
        )
    session, member_id = context.reader(), member.subject_id
    avatar = None
    if member.avatar_id is not None:
        avatar = picture_views(session, [member.avatar_id]).get(member.avatar_id)
    profile = member_view(session, member_id)
    return render_store_page(
        "me.html",
        tab="me",
        subject=profile,
        profile=profile,
        avatar=avatar,
        shortcuts=_shortcuts(status_counts(session, member_id)),
        wallet_fen=balance(session, member_owner(member_id), WALLET),
        menu=(*plugin_menu(), *_MENU),
    )


def _shortcuts(counts: dict[OrderStatus, int]) -> tuple[MenuItem, ...]:
    items = tuple(
        MenuItem(
            label,
            icon,
            f"/me/orders?state={status}",
            counts.get(status, 0) if status != OrderStatus.COMPLETED else 0,
        )
        for status, label, icon in _SHORTCUTS
    )
    return (*items, _AFTER_SALE)


def plugin_menu() -> tuple[MenuItem, ...]:
    """Pages of plugins that want a line in the menu."""
    return tuple(
        MenuItem(page.menu_label, page.menu_icon, page.path)
        for _, page in context.shop().plugins.contributions("store_pages")
        if page.menu_label
    )


@dataclass(frozen=True)
class Move:
    """A movement of the wallet."""

    label: str
    amount_fen: int
    at: datetime


_LABELS = {
    "payout_paid": "Paid out to the wallet",
    "reward": "Reward",
}


@bp.get("/me/wallet")
@access("member")
def wallet() -> str:
    """What is in the wallet and how it came there."""
    session, owner = context.reader(), member_owner(context.member().subject_id)
    before = request.args.get("before")
    rows = statement(
        session, owner, [WALLET], limit=_ROWS + 1, before=as_id(before) if before else None
    )
    shown = rows[:_ROWS]
    return render_store_page(
        "wallet.html",
        tab="me",
        balance_fen=balance(session, owner, WALLET),
        rows=[Move(_LABELS.get(row.kind, "Movement"), row.amount, row.at) for row in shown],
        next_before=str(shown[-1].posting_id) if len(rows) > _ROWS else "",
    )
