"""Signing in and out, registering: phone and code, or e-mail and password."""

from collections.abc import Mapping, Sequence

import flask
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.host.ports import channels_of
from core.kernel.errors import ShopError
from core.kernel.values import dataclass
from core.members.services import (
    agreed,
    check_registration,
    open_session,
    prepare_password,
    register_with_password,
    revoke_session,
    send_code,
    sign_in_with_code,
    sign_in_with_password,
    update_profile,
)
from core.members.types import CodePurpose, CodeSent, Realm, SignIn
from core.messages.services import deliver
from core.orders.services import cart_count, member_cart, merge_guest_cart
from core.sharing.services import bind_on_registration, bind_on_visit, claim_visits
from core.web import context, errors, flash, i18n
from core.web.access import access
from core.web.render import remember_bag, render_store_page

bp = flask.Blueprint("store_signing", __name__)

SESSION_DAYS = 30


@dataclass(frozen=True)
class Typed:
    """The fields as typed; passwords and codes are never shown again."""

    phone: str = ""
    email: str = ""
    nickname: str = ""
    terms: bool = False
    marketing: bool = False


@bp.route("/signin", methods=["GET", "POST"])
@access("public")
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in; with phone and code this also makes an account."""
    return _serve(is_register=False)


@bp.route("/register", methods=["GET", "POST"])
@access("public")
def register() -> str | Response | tuple[str, int]:
    """Make an account."""
    return _serve(is_register=True)


def _serve(*, is_register: bool) -> str | Response | tuple[str, int]:
    if context.current_member() is not None:
        return flask.redirect(_next(), 303)
    if request.method != "POST":
        return _page(is_register=is_register)
    try:
        if request.form.get("action") == "code":
            sent = send_code_to(request.form.get("phone", ""), "sms", CodePurpose.SIGN_IN)
            return _page(is_register=is_register, sent=sent)
        return _enter(is_register=is_register)
    except ShopError as error:
        if error.status >= 500:
            raise
        return _refused(error, is_register=is_register)


def send_code_to(target: str, kind: str, purpose: CodePurpose) -> CodeSent:
    """Send a code and deliver it at once; also used where a member changes phone or e-mail."""
    with context.writing() as session:
        sent = send_code(
            session,
            "email" if kind == "email" else "sms",
            target,
            purpose,
            ip=context.client_ip(),
            locale=i18n.locale(),
        )
    shop = context.shop()
    if sent.message_id is not None:
        deliver(shop.database, channels_of(shop), sent.message_id)
    return sent


def _enter(*, is_register: bool) -> Response:
    form = request.form
    consents = agreed(is_marketing=bool(form.get("marketing"))) if form.get("terms") else ()
    common = {"ip": context.client_ip()}
    if form.get("by") != "email":
        with context.writing() as session:
            signed = sign_in_with_code(
                session,
                form.get("phone", ""),
                form.get("code", ""),
                consents=consents,
                locale=i18n.locale(),
                **common,
            )
            return _welcome(session, signed)
    if is_register:
        nickname = form.get("nickname", "").strip()
        check_registration(
            form.get("email", ""), form.get("password", ""), nickname=nickname, consents=consents
        )
        password = prepare_password(form.get("password", ""))
        with context.writing() as session:
            signed = register_with_password(
                session,
                form.get("email", ""),
                password,
                consents=consents,
                nickname=nickname,
                locale=i18n.locale(),
                **common,
            )
            return _welcome(session, signed)
    context.close_reader()
    shop = context.shop()
    signed = sign_in_with_password(
        shop.database, form.get("email", ""), form.get("password", ""), **common
    )
    with context.writing() as session:
        return _welcome(session, signed)


def _welcome(session: Session, signed: SignIn) -> Response:
    """Open the session, bring bag, share visits and chosen language along, bind by policy."""
    shop, member_id, visitor = context.shop(), signed.member.id, context.visitor() or ""
    settings, check = shop.settings(), shop.extensions().check
    if signed.is_new:
        bind_on_registration(session, member_id, visitor, settings=settings, check=check)
    elif visitor:
        claim_visits(session, visitor, member_id)
        bind_on_visit(session, member_id, visitor, settings=settings, check=check)
    if visitor:
        merge_guest_cart(session, visitor, member_id)
    token = open_session(
        session,
        Realm.MEMBER,
        member_id,
        ip=context.client_ip(),
        user_agent=request.headers.get("User-Agent", "")[:200],
        previous_token=request.cookies.get(context.MEMBER_COOKIE, ""),
    )
    remember_bag(cart_count(session, member_cart(member_id)))
    context.set_cookie(context.MEMBER_COOKIE, token, days=SESSION_DAYS)
    chosen = i18n.chosen()
    if chosen not in {None, signed.member.locale}:
        update_profile(session, member_id, locale=chosen)
    flash.say("Welcome, %(name)s.", name=signed.member.name)
    return flask.redirect(_next(), 303)


@bp.post("/signout")
@access("member")
def sign_out() -> Response:
    """End this session."""
    member = context.member()
    with context.writing() as session:
        revoke_session(
            session, member.session_key, realm=Realm.MEMBER, subject_id=member.subject_id
        )
    leave()
    flash.say("You are signed out.")
    return flask.redirect("/", 303)


def leave() -> None:
    """Forget the signed-in member in this browser."""
    context.drop_cookie(context.MEMBER_COOKIE)
    context.forget_principals()
    remember_bag(0)


def _refused(error: ShopError, *, is_register: bool) -> tuple[str, int] | Response:
    if errors.wants_json():
        raise error
    fields, failure = {}, []
    reasons: Sequence[ShopError] = getattr(error, "reasons", ()) or (error,)
    for reason in reasons:
        name, text = str(reason.params.get("field", "")), i18n.translate_error(reason)
        if name in {"consents", "purpose"}:
            name = "terms"
        if name in _FIELDS:
            fields[name] = text
        else:
            failure.append(text)
    html = _page(
        is_register=is_register,
        fields=fields,
        failure=" ".join(failure),
        is_code_sent=bool(request.form.get("code")),
    )
    return html, error.status


_FIELDS = frozenset({"phone", "email", "code", "password", "nickname", "terms"})


def _page(
    *,
    is_register: bool,
    sent: CodeSent | None = None,
    is_code_sent: bool = False,
    fields: Mapping[str, str] | None = None,
    failure: str = "",
) -> str:
    form = request.form
    by = form.get("by") or request.args.get("by") or "phone"
    return render_store_page(
        "signin.html",
        is_register=is_register,
        by="email" if by == "email" else "phone",
        here="/register" if is_register else "/signin",
        next=_next(),
        back="/",
        form=Typed(
            phone=form.get("phone", "")[:20],
            email=form.get("email", "")[:254],
            nickname=form.get("nickname", "")[:40],
            terms=bool(form.get("terms")),
            marketing=bool(form.get("marketing")),
        ),
        errors=fields or {},
        failure=failure,
        is_code_sent=is_code_sent or sent is not None,
        resend_after_s=sent.resend_after_s if sent else 0,
    )


def _next() -> str:
    return context.safe_path(request.form.get("next") or request.args.get("next"), "/me")
