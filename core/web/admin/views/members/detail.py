"""One member: orders, addresses, consents, browsers, money, referral."""

from typing import Any
from uuid import UUID

from flask import request

from core.ledger.rules import member_owner
from core.ledger.services import statement
from core.media.services import picture_views
from core.members.services import (
    addresses_of,
    consents_of,
    erase_blockers,
    member_view,
    sessions_of,
)
from core.members.types import Realm
from core.orders.services import search_orders
from core.orders.types import OrderFilter
from core.payouts.services import money_left
from core.sharing.services import chain_of, history_of, referral_of, team_counts
from core.web import context, i18n
from core.web.access import access, has_permission
from core.web.admin.answers import page_number
from core.web.admin.blueprint import admin
from core.web.admin.contributed import panels
from core.web.admin.forms.members import BlockForm, EraseForm, LockForm, TransferForm
from core.web.admin.queries.accounts import account_kinds
from core.web.admin.queries.buyers import buyer
from core.web.admin.queries.people import actor_names, member_names
from core.web.admin.queries.things import thing_of, things
from core.web.admin.render import render_admin_page

STATEMENT_ROWS = 30


@admin.get("/members/<uuid:member_id>")
@access("staff:member.view")
def member(member_id: UUID) -> str:
    """The overview."""
    return show_member(member_id)


def show_member(member_id: UUID, errors: Any = (), opened: str = "", **forms: Any) -> str:
    """The overview, with a form that was refused as it was typed."""
    session = context.reader()
    found = member_view(session, member_id)
    return render_admin_page(
        "members/detail.html",
        here="members",
        tab="overview",
        member=found,
        avatar=_avatar(found.avatar_id),
        buyer=buyer(session, member_id),
        orders=search_orders(
            session, OrderFilter(member_id=member_id), page=page_number(), per_page=10
        ),
        addresses=addresses_of(session, member_id),
        consents=consents_of(session, member_id),
        sessions=sessions_of(session, Realm.MEMBER, member_id),
        team=team_counts(session, member_id),
        panels=panels(session, "member", member_id),
        left=money_left(session, member_id),
        blockers=[i18n.translate_error(each) for each in erase_blockers(session, member_id)],
        block_form=forms.get("block_form") or BlockForm(prefix="block-"),
        erase_form=forms.get("erase_form") or EraseForm(prefix="erase-"),
        errors=list(errors),
        opened=opened,
    )


def _avatar(avatar_id: UUID | None) -> Any:
    if avatar_id is None:
        return None
    return picture_views(context.reader(), [avatar_id]).get(avatar_id)


@admin.get("/members/<uuid:member_id>/referral")
@access("staff:referral.view")
def member_referral(member_id: UUID) -> str:
    """Who brought the member, and what became of it."""
    return show_referral(member_id)


def show_referral(member_id: UUID, errors: Any = (), opened: str = "", **values: Any) -> str:
    """The referral page, with a form that was refused as it was typed."""
    session = context.reader()
    found = member_view(session, member_id)
    history = history_of(session, member_id)
    chain = chain_of(session, member_id)
    people = [upline for _, upline in chain]
    for event in history:
        people += [event.old_referrer_id, event.new_referrer_id]  # type: ignore[list-item]
    return render_admin_page(
        "members/referral.html",
        here="members",
        tab="referral",
        member=found,
        avatar=_avatar(found.avatar_id),
        referral=referral_of(session, member_id),
        chain=chain,
        history=history,
        team=team_counts(session, member_id),
        names=member_names(session, people),
        actors=actor_names(session, [event.actor for event in history]),
        preview=values.get("preview"),
        query=values.get("query", ""),
        matches=values.get("matches"),
        transfer_form=values.get("transfer_form") or TransferForm(),
        lock_form=values.get("lock_form") or LockForm(prefix="lock-"),
        errors=list(errors),
        opened=opened,
    )


@admin.get("/members/<uuid:member_id>/ledger")
@access("staff:ledger.view")
def member_ledger(member_id: UUID) -> str:
    """The member's accounts and what moved on them."""
    session = context.reader()
    found = member_view(session, member_id)
    accounts = account_kinds(session, member_id)
    asked = request.args.get("kind", "")
    kinds = [kind for kind, asset, _ in accounts if asset == "CNY" and asked in ("", kind)]
    before = _uuid(request.args.get("before", ""))
    rows = []
    if kinds:
        owner = member_owner(member_id)
        rows = statement(session, owner, kinds, limit=STATEMENT_ROWS + 1, before=before)
    return render_admin_page(
        "members/ledger.html",
        here="members",
        tab="ledger",
        member=found,
        avatar=_avatar(found.avatar_id),
        accounts=accounts,
        kind=asked,
        rows=rows[:STATEMENT_ROWS],
        older=rows[STATEMENT_ROWS - 1].posting_id if len(rows) > STATEMENT_ROWS else None,
        actors=actor_names(session, [row.actor for row in rows]),
        things=things(session, [thing_of(row.reference) for row in rows]),
        may_see_money=has_permission(context.staff().permissions, "ledger.view"),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
