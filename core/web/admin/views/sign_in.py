"""Signing in and out."""

from contextlib import suppress

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import NotFound, ShopError
from core.members.services import open_session, revoke_session
from core.members.types import Realm
from core.staff.services import audit, authenticate
from core.staff.types import StaffView
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer
from core.web.admin.blueprint import admin
from core.web.admin.forms.staff import SignInForm
from core.web.admin.render import render_gate

COOKIE_DAYS = 30


@admin.get("/signin")
@access("public")
def sign_in_page() -> Answer:
    """The door; who is in already goes on."""
    if context.current_staff() is not None:
        return flask.redirect(_target(request.args.get("next")), 303)
    return render_gate("signin.html", form=SignInForm(data={"next": request.args.get("next", "")}))


@admin.post("/signin")
@access("public")
def sign_in() -> Answer:
    """Check the password, open a session, drop the one this browser had before."""
    form = SignInForm(request.form)
    if not form.validate():
        return render_gate("signin.html", form=form), 422
    shop = context.shop()
    try:
        member = authenticate(
            shop.database, form.email.data or "", form.password.data or "", ip=context.client_ip()
        )
    except ShopError as error:
        left = form.refuse(error)
        return render_gate("signin.html", form=form, errors=left), error.status
    _open(member)
    return flask.redirect(_target(form.next.data), 303)


def _open(member: StaffView) -> None:
    ip, agent = context.client_ip(), request.user_agent.string
    with context.writing() as session:
        token = open_session(
            session,
            Realm.STAFF,
            member.id,
            ip=ip,
            user_agent=agent,
            previous_token=request.cookies.get(context.STAFF_COOKIE, ""),
        )
        audit(
            session,
            actor=member.actor,
            actor_name=member.name,
            action="staff.sign_in",
            object_kind="staff",
            object_ref=str(member.id),
            ip=ip,
        )
    context.set_cookie(context.STAFF_COOKIE, token, days=COOKIE_DAYS)
    if request.cookies.get(context.LANGUAGE_COOKIE) is None:
        context.set_cookie(context.LANGUAGE_COOKIE, member.locale, days=365)


@admin.post("/signout")
@access("public")
def sign_out() -> Response:
    """End this browser's session; works with an ended one, too."""
    principal = context.current_staff()
    if principal is not None:
        with context.writing() as session:
            with suppress(NotFound):  # it may have been ended in another window meanwhile
                revoke_session(
                    session,
                    principal.session_key,
                    realm=Realm.STAFF,
                    subject_id=principal.subject_id,
                )
            audit(
                session,
                actor=principal.actor,
                actor_name=principal.name,
                action="staff.sign_out",
                object_kind="staff",
                object_ref=str(principal.subject_id),
                ip=context.client_ip(),
            )
    context.drop_cookie(context.STAFF_COOKIE)
    return flask.redirect("/admin/signin", 303)


def _target(text: str | None) -> str:
    """Where to go on, within the merchant's face only."""
    path = context.safe_path(text, "/admin/")
    return path if path == "/admin" or path.startswith("/admin/") else "/admin/"
