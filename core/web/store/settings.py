"""Settings of a member: profile, contacts, password, sessions, privacy, closing the account."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import flask
from flask import request
from werkzeug.wrappers import Response

from core.kernel.errors import InvalidInput, Rejected, ShopError
from core.kernel.values import dataclass
from core.members.services import (
    change_email,
    change_phone,
    confirm_password,
    consents_of,
    erase_blockers,
    erase_member,
    export_member,
    member_view,
    prepare_password,
    record_consents,
    revoke_session,
    revoke_sessions,
    sessions_of,
    set_password,
    update_profile,
)
from core.members.types import (
    CodePurpose,
    CodeSent,
    ConsentAnswer,
    ConsentPurpose,
    Realm,
    SessionView,
)
from core.payouts.services import money_left
from core.web import context, flash, i18n
from core.web.access import access
from core.web.render import render_store_page
from core.web.store import signing

bp = flask.Blueprint("store_settings", __name__)

_PURPOSES = {
    ConsentPurpose.TERMS: "Terms of use",
    ConsentPurpose.PRIVACY: "Privacy",
    ConsentPurpose.MARKETING: "News and offers",
}


@dataclass(frozen=True)
class Profile:
    """The fields of the profile as typed."""

    nickname: str
    birthday: str


@bp.route("/me/settings", methods=["GET", "POST"])
@access("member")
def settings() -> Any:
    """Profile and the way to the rest."""
    member_id = context.member().subject_id
    view = member_view(context.reader(), member_id)
    form = Profile(view.nickname, view.birthday_on.isoformat() if view.birthday_on else "")
    if request.method != "POST":
        return render_store_page(
            "settings.html", tab="me", profile=view, form=form, errors={}, failure=""
        )
    form = Profile(request.form.get("nickname", "").strip(), request.form.get("birthday", ""))
    locale = i18n.parse_locale(request.form.get("locale")) or i18n.CHINESE
    try:
        with context.writing() as session:
            update_profile(
                session,
                member_id,
                nickname=form.nickname,
                birthday_on=_birthday(form.birthday),
                locale=locale,
            )
    except InvalidInput as error:
        errors = {str(error.params.get("field")): i18n.translate_error(error)}
        page = render_store_page(
            "settings.html", tab="me", profile=view, form=form, errors=errors, failure=""
        )
        return page, error.status
    context.set_cookie(context.LANGUAGE_COOKIE, locale, days=365)
    flash.say("Saved.")
    return flask.redirect("/me/settings", 303)


def _birthday(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("member.birthday", "This is not a date.", field="birthday") from None


# --- phone, e-mail, password --------------------------------------------------------------------


@bp.route("/me/settings/<any(phone, email):kind>", methods=["GET", "POST"])
@access("member")
def contact(kind: str) -> Any:
    """Change phone or e-mail, proved by a code sent to the new one."""
    if request.method != "POST":
        return _contact_page(kind)
    target, member = request.form.get("target", ""), context.member()
    try:
        if request.form.get("action") == "code":
            channel = "sms" if kind == "phone" else "email"
            return _contact_page(kind, sent=signing.send_code_to(target, channel, CodePurpose.BIND))
        change = change_phone if kind == "phone" else change_email
        code, ip = request.form.get("code", ""), context.client_ip()
        with context.writing() as session:
            change(session, member.subject_id, target, code, ip=ip, key=member.session_key)
    except ShopError as error:
        if error.status >= 500:
            raise
        return _contact_page(kind, error=error), error.status
    flash.say("Saved.")
    return flask.redirect("/me/settings", 303)


_TITLES = {"phone": "Change the phone", "email": "Change the e-mail"}


@dataclass(frozen=True)
class Target:
    """The new phone or e-mail as typed."""

    target: str = ""


def _contact_page(
    kind: str, *, sent: CodeSent | None = None, error: ShopError | None = None
) -> str:
    fields, failure = _split(error, {"phone": "target", "email": "target", "code": "code"})
    return render_store_page(
        "contact.html",
        tab="me",
        kind=kind,
        title=i18n.sentence(_TITLES[kind]),
        form=Target(request.form.get("target", "")[:254]),
        errors=fields,
        failure=failure,
        is_code_sent=sent is not None or bool(request.form.get("code")),
        resend_after_s=sent.resend_after_s if sent else 0,
    )


@bp.route("/me/settings/password", methods=["GET", "POST"])
@access("member")
def password() -> Any:
    """Set or change the password; every other session ends."""
    member = context.member()
    view = member_view(context.reader(), member.subject_id)
    if request.method != "POST":
        return render_store_page("password.html", tab="me", profile=view, errors={}, failure="")
    try:
        context.close_reader()
        new = prepare_password(request.form.get("new", ""))
    except InvalidInput as error:
        return _password_page(view, error, "new")
    try:
        if view.has_password:
            old, ip = request.form.get("old", ""), context.client_ip()
            confirm_password(context.shop().database, member.subject_id, old, ip=ip)
        with context.writing() as session:
            set_password(session, member.subject_id, new, key=member.session_key)
    except Rejected as error:
        return _password_page(view, error, "password")
    flash.say("Saved.")
    return flask.redirect("/me/settings", 303)


def _password_page(view: Any, error: ShopError, name: str) -> tuple[str, int]:
    fields, failure = _split(error, {"password": name})
    page = render_store_page(
        "password.html", tab="me", profile=view, errors=fields, failure=failure
    )
    return page, error.status


def _split(error: ShopError | None, names: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """An error as (sentence by field, sentence above the form)."""
    if error is None:
        return {}, ""
    text = i18n.translate_error(error)
    name = names.get(str(error.params.get("field", "")))
    return ({name: text}, "") if name else ({}, text)


# --- sessions -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SessionRow:
    """A signed-in browser as the page shows it."""

    key: str
    device: str
    is_phone: bool
    is_this: bool
    ip: str
    seen_at: datetime


@bp.get("/me/settings/sessions")
@access("member")
def sessions() -> str:
    """Where the member is signed in."""
    member = context.member()
    found = sessions_of(context.reader(), Realm.MEMBER, member.subject_id)
    rows = [_session_row(view, member.session_key) for view in found]
    rows.sort(key=lambda row: not row.is_this)
    return render_store_page("sessions.html", tab="me", sessions=rows)


_DEVICES = (
    ("MicroMessenger", "WeChat", True),
    ("iPhone", "iPhone", True),
    ("iPad", "iPad", True),
    ("Android", "Android phone", True),
    ("Macintosh", "Mac", False),
    ("Windows", "Windows computer", False),
    ("Linux", "Linux computer", False),
)


def _session_row(view: SessionView, this_key: str) -> SessionRow:
    device, is_phone = "Another device", False
    for mark, name, has_touch in _DEVICES:
        if mark in view.user_agent:
            device, is_phone = name, has_touch
            break
    return SessionRow(view.key, device, is_phone, view.key == this_key, view.ip, view.seen_at)


@bp.post("/me/settings/sessions")
@access("member")
def end_session() -> Response:
    """Sign one browser out, or all others."""
    member, key = context.member(), request.form.get("key", "")
    with context.writing() as session:
        if key == "others":
            revoke_sessions(session, Realm.MEMBER, member.subject_id, but_key=member.session_key)
        else:
            revoke_session(session, key, realm=Realm.MEMBER, subject_id=member.subject_id)
    flash.say("Signed out there.")
    return flask.redirect("/me/settings/sessions", 303)


# --- privacy ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConsentRow:
    """An answer given, as the page shows it."""

    label: str
    is_granted: bool
    version: str
    at: datetime


@bp.route("/me/settings/privacy", methods=["GET", "POST"])
@access("member")
def privacy() -> str | Response:
    """Consents, the export, and the way to close the account."""
    member_id = context.member().subject_id
    if request.method == "POST":
        answer = ConsentAnswer(
            ConsentPurpose.MARKETING, is_granted=bool(request.form.get("marketing"))
        )
        with context.writing() as session:
            record_consents(session, member_id, [answer], source="settings")
        flash.say("Saved.")
        return flask.redirect("/me/settings/privacy", 303)
    found = consents_of(context.reader(), member_id)
    rows = [
        ConsentRow(_PURPOSES[ConsentPurpose(c.purpose)], c.is_granted, c.version, c.at)
        for c in found
    ]
    has_marketing = any(c.purpose == ConsentPurpose.MARKETING and c.is_granted for c in found)
    return render_store_page("privacy.html", tab="me", consents=rows, has_marketing=has_marketing)


@bp.get("/me/settings/export")
@access("member")
def export() -> Response:
    """Everything stored about the member, as a JSON file."""
    parts = export_member(context.reader(), context.member().subject_id)
    body = json.dumps(parts, ensure_ascii=False, indent=2)
    response = flask.Response(body, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/me/settings/erase", methods=["GET", "POST"])
@access("member")
def erase() -> Any:
    """Close the account for good; money that is left in it is given up knowingly."""
    member_id = context.member().subject_id
    blockers = [i18n.translate_error(e) for e in erase_blockers(context.reader(), member_id)]
    left = money_left(context.reader(), member_id)
    ticked = request.form.get("sure") and (request.form.get("gives_up") or not left.total_fen)
    if request.method != "POST" or blockers or not ticked:
        asked = request.method == "POST" and not blockers
        failure = i18n.gettext("Please tick the box first.") if asked else ""
        page = render_store_page(
            "erase.html", tab="me", blockers=blockers, left=left, failure=failure
        )
        return (page, 422) if request.method == "POST" else page
    with context.writing() as session:
        erase_member(session, member_id)
    signing.leave()
    flash.say("Your account is closed and your data is erased.")
    return flask.redirect("/", 303)
