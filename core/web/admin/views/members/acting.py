"""What may be done with an account: block, sign out, hand out the data, forget."""

from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import Forbidden, ShopError
from core.members.services import (
    block_member,
    erase_member,
    export_member,
    member_view,
    note_follow,
    revoke_sessions,
    unblock_member,
)
from core.members.types import SANDBOX_CHANNEL, Realm
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.members import BlockForm, EraseForm
from core.web.admin.views.members.detail import show_member


@admin.post("/members/<uuid:member_id>/block")
@access("staff:member.edit")
def block(member_id: UUID) -> Answer:
    """Keep somebody out; orders under way go on."""
    form = BlockForm(request.form, prefix="block-")
    if not form.validate():
        return show_member(member_id, opened="block", block_form=form), 422
    try:
        with context.writing() as session:
            block_member(session, member_id)
            record(session, "member.block", "member", member_id, after={"reason": form.reason.data})
    except ShopError as error:
        left = form.refuse(error)
        return show_member(member_id, left, opened="block", block_form=form), error.status
    return done(f"/admin/members/{member_id}", "The member is blocked and signed out everywhere.")


@admin.post("/members/<uuid:member_id>/unblock")
@access("staff:member.edit")
def unblock(member_id: UUID) -> Answer:
    """Let somebody in again."""
    with context.writing() as session:
        unblock_member(session, member_id)
        record(session, "member.unblock", "member", member_id)
    return done(f"/admin/members/{member_id}", "The member may sign in again.")


@admin.post("/members/<uuid:member_id>/sessions")
@access("staff:member.edit")
def sign_out_everywhere(member_id: UUID) -> Answer:
    """End every session of a member, for a lost phone."""
    with context.writing() as session:
        member_view(session, member_id)
        revoke_sessions(session, Realm.MEMBER, member_id)
        record(session, "member.sessions_end", "member", member_id)
    return done(f"/admin/members/{member_id}", "Signed out everywhere.")


@admin.post("/members/<uuid:member_id>/follow")
@access("staff:member.edit")
def play_following(member_id: UUID) -> Answer:
    """Let somebody follow the shop or leave, as a channel would tell; in a sandbox only."""
    if not context.shop().config.is_sandbox:
        raise Forbidden("members.not_sandbox", "Following can be played in a sandbox only.")
    is_following = request.form.get("do") == "follow"
    with context.writing() as session:
        is_news = note_follow(session, member_id, SANDBOX_CHANNEL, is_following)
        record(session, "member.follow", "member", member_id, after={"follows": is_following})
    said = "The member follows the shop now." if is_following else "The member has left."
    return done(f"/admin/members/{member_id}", said if is_news else "Nothing was different.")


@admin.post("/members/<uuid:member_id>/export")
@access("staff:member.export")
def hand_out(member_id: UUID) -> Response:
    """Everything the store holds about a member, as a JSON file. Written to the audit log."""
    with context.writing() as session:
        found = export_member(session, member_id)
        record(session, "member.export", "member", member_id)
    body = flask.json.dumps(found, ensure_ascii=False, indent=2)
    response = flask.Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="member-{member_id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@admin.post("/members/<uuid:member_id>/erase")
@access("staff:member.erase")
def erase(member_id: UUID) -> Answer:
    """Forget who a member is, for good."""
    form = EraseForm(request.form, prefix="erase-")
    if not form.validate():
        return show_member(member_id, opened="erase", erase_form=form), 422
    try:
        with context.writing() as session:
            erase_member(session, member_id)
            record(session, "member.erase", "member", member_id, after={"reason": form.reason.data})
    except ShopError as error:
        left = form.refuse(error)
        return show_member(member_id, left, opened="erase", erase_form=form), error.status
    return done(f"/admin/members/{member_id}", "The personal data are gone; the orders stay.")
