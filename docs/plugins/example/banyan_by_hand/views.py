"""Pages for shoppers and for staff."""

import flask
from flask import request
from werkzeug.wrappers import Response

from banyan_by_hand import services
from banyan_by_hand.models import Transfer
from banyan_by_hand.rules import words_of
from banyan_by_hand.ways import BANK
from core.api.contributions import AdminPage, StorePage
from core.api.csv import csv_download, csv_line
from core.api.errors import Conflict, Rejected
from core.api.money import format_yuan
from core.api.orders import order_detail
from core.api.payouts import payout_confirmed
from core.api.text import squeeze
from core.api.web import (
    audit,
    member,
    notice,
    plugin_settings,
    reader,
    render_admin_page,
    render_store_page,
    translate_error,
    writing,
)

PLUGIN = "by_hand"
HOME = "/admin/x/by_hand"


# --- for shoppers --------------------------------------------------------------------------------


def ask_for_wrap(order_no: str) -> Response:
    """Take the words for the card."""
    back = flask.redirect(f"/me/orders/{order_no}", 303)
    order = order_detail(reader(), order_no, member_id=member().subject_id)
    try:
        words = words_of(request.form.get("words", ""))
        with writing() as session:
            services.ask_for_wrap(session, order, words)
    except Rejected as error:
        notice(translate_error(error), "error")
        return back
    notice("It will be wrapped as a gift, with your words on the card.")
    return back


def transfer(payment_no: str) -> str:
    """The store's account, the sum, and what to write as the purpose."""
    return render_store_page(
        "store/transfer.html",
        PLUGIN,
        transfer=_own_transfer(payment_no),
        account=plugin_settings(PLUGIN),
    )


def note_slip(payment_no: str) -> Response:
    """The shopper sent the money."""
    found = _own_transfer(payment_no)
    with writing() as session:
        services.note_slip(session, payment_no, squeeze(request.form.get("slip", ""))[:80])
    return flask.redirect(found.return_url, 303)


def _own_transfer(payment_no: str) -> Transfer:
    """A transfer of an order of the signed-in member; its return address names the order."""
    found = services.transfer_of(reader(), payment_no)
    order_no = found.return_url.rstrip("/").split("/")[-2]
    order_detail(reader(), order_no, member_id=member().subject_id)
    return found


STORE_PAGES = (
    StorePage(
        "by_hand.ask", "/x/by_hand/gift/<order_no>", ask_for_wrap, "member", methods=("POST",)
    ),
    StorePage("by_hand.transfer", "/x/by_hand/transfer/<payment_no>", transfer, "member"),
    StorePage(
        "by_hand.slip",
        "/x/by_hand/transfer/<payment_no>/slip",
        note_slip,
        "member",
        methods=("POST",),
    ),
)


# --- for staff -----------------------------------------------------------------------------------


def overview() -> str:
    """What waits for somebody's hands."""
    session = reader()
    return render_admin_page(
        "admin/overview.html",
        PLUGIN,
        home=HOME,
        transfers=services.open_transfers(session),
        sendings=services.open_sendings(session),
        due=services.waiting(session),
    )


def arrived(payment_no: str) -> Response:
    """Money of a transfer is on the account."""
    with writing() as session:
        services.money_arrived(session, payment_no)
        audit(session, "by_hand.arrived", "payment", payment_no)
    notice("Noted. The order is marked as paid within a minute.")
    return flask.redirect(HOME, 303)


def sent(number: str) -> Response:
    """Money was sent; a payout is then paid, a refund confirmed when the trunk asks again."""
    try:
        with writing() as session:
            found = services.money_sent(session, number)
            if found.kind == services.PAYOUT:
                payout_confirmed(
                    session, number, channel=BANK, channel_ref=number, net_fen=found.amount_fen
                )
            audit(session, "by_hand.sent", found.kind, number)
    except (Conflict, Rejected) as error:
        notice(translate_error(error), "error")
        return flask.redirect(HOME, 303)
    notice("Noted as sent.")
    return flask.redirect(HOME, 303)


def export() -> Response:
    """What is to be sent, for the bank."""
    rows = services.open_sendings(reader())
    head = ("Number", "Kind", "Amount", "Name", "Account", "Bank")
    lines = [csv_line(head)]
    for row in rows:
        account = (row.account.get(name, "") for name in ("name", "number", "bank"))
        lines.append(csv_line((row.number, row.kind, format_yuan(row.amount_fen), *account)))
    with writing() as session:
        audit(session, "by_hand.export", "sending", "*", after={"count": len(rows)})
    return csv_download("to-send.csv", lines)


ADMIN_PAGES = (
    AdminPage(
        "by_hand.overview",
        HOME,
        overview,
        "by_hand.view",
        menu_label="By hand",
        menu_icon="hand-stop",
    ),
    AdminPage("by_hand.export", f"{HOME}/to-send.csv", export, "by_hand.work"),
    AdminPage(
        "by_hand.arrived",
        f"{HOME}/transfer/<payment_no>",
        arrived,
        "by_hand.work",
        methods=("POST",),
    ),
    AdminPage("by_hand.sent", f"{HOME}/sending/<number>", sent, "by_hand.work", methods=("POST",)),
)
