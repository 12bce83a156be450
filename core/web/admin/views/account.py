"""The own account: name, language, look, password, signed-in browsers."""

from typing import Any

from flask import request

from core.kernel.errors import ShopError
from core.members.services import revoke_session, revoke_sessions, sessions_of
from core.members.types import Realm
from core.staff.services import (
    authenticate,
    prepare_staff_password,
    set_staff_password,
    staff_view,
    update_staff,
)
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.staff import PasswordForm, ProfileForm
from core.web.admin.render import LOOK_COOKIE, look, render_admin_page


@admin.get("/account")
@access("staff")
def account() -> str:
    """The page of one's own."""
    return _show()


def _show(errors: Any = (), **forms: Any) -> str:
    session, principal = context.reader(), context.staff()
    me = staff_view(session, principal.subject_id)
    filled = {"name": me.name, "locale": me.locale, "look": look()}
    return render_admin_page(
        "staff/account.html",
        here="",
        me=me,
        sessions=sessions_of(session, Realm.STAFF, principal.subject_id),
        own_key=principal.session_key,
        profile_form=forms.get("profile_form") or ProfileForm(data=filled),
        password_form=forms.get("password_form") or PasswordForm(),
        errors=list(errors),
    )


@admin.post("/account")
@access("staff")
def save_account() -> Answer:
    """Change name, language and look."""
    form, principal = ProfileForm(request.form), context.staff()
    if not form.validate():
        return _show(profile_form=form), 422
    try:
        with context.writing() as session:
            before = staff_view(session, principal.subject_id)
            after = update_staff(
                session, principal.subject_id, name=form.name.data, locale=form.locale.data
            )
            record(
                session,
                "staff.profile",
                "staff",
                principal.subject_id,
                before={"name": before.name, "locale": before.locale},
                after={"name": after.name, "locale": after.locale},
            )
    except ShopError as error:
        return _show(form.refuse(error), profile_form=form), error.status
    context.set_cookie(context.LANGUAGE_COOKIE, str(form.locale.data), days=365)
    context.set_cookie(LOOK_COOKIE, str(form.look.data), days=365)
    return done("/admin/account", "Saved.")


@admin.post("/account/password")
@access("staff")
def change_password() -> Answer:
    """Replace the own password; every other browser is signed out."""
    form, principal = PasswordForm(request.form), context.staff()
    if not form.validate():
        return _show(password_form=form), 422
    me = staff_view(context.reader(), principal.subject_id)
    context.close_reader()
    try:
        new_hash = prepare_staff_password(form.password.data or "")
    except ShopError as error:
        return _show(form.refuse(error), password_form=form), error.status
    try:
        authenticate(
            context.shop().database, me.email, form.current.data or "", ip=context.client_ip()
        )
    except ShopError as error:
        error.params["field"] = "current"
        return _show(form.refuse(error), password_form=form), error.status
    with context.writing() as session:
        set_staff_password(session, me.id, new_hash)
        revoke_sessions(session, Realm.STAFF, me.id, but_key=principal.session_key)
        record(session, "staff.password", "staff", me.id)
    return done("/admin/account", "The password is changed; every other browser is signed out.")


@admin.post("/account/sessions")
@access("staff")
def end_sessions() -> Answer:
    """Sign out one other browser, or all others."""
    principal, key = context.staff(), request.form.get("key", "")
    with context.writing() as session:
        if key:
            revoke_session(session, key, realm=Realm.STAFF, subject_id=principal.subject_id)
        else:
            revoke_sessions(
                session, Realm.STAFF, principal.subject_id, but_key=principal.session_key
            )
        record(session, "staff.sessions_end", "staff", principal.subject_id)
    return done("/admin/account", "Signed out there.")
