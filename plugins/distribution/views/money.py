"""Asking for a payout, and what became of it."""

from typing import Any

from flask import request

from core.api.db import new_token
from core.api.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    PluginError,
    Rejected,
    ShopError,
)
from core.api.money import AmountTooLarge, parse_yuan
from core.api.payouts import (
    WALLET_CHANNEL,
    PayoutRequest,
    PayoutState,
    PayoutView,
    PayoutWay,
    Terms,
    expected_next,
    find_payout,
    list_payouts,
    payout_terms,
    payout_ways,
    read_account,
    request_payout,
    state_label,
    way_of,
)
from core.api.values import dataclass
from core.api.web import (
    check,
    member,
    notice,
    payout_channels,
    reader,
    sentence,
    store_settings,
    translate_error,
    writing,
)
from plugins.distribution.services.accounts import AVAILABLE
from plugins.distribution.services.reports import money_of
from plugins.distribution.services.standings import standing_of
from plugins.distribution.views.page import for_earners, go, show_page
from plugins.distribution.views.showing import uuid_or_none

PER_PAGE = 20
ROOT = "/x/distribution/"

STATE_TONES = {
    PayoutState.PAID: "brand",
    PayoutState.REJECTED: "promo",
    PayoutState.FAILED: "promo",
    PayoutState.RETURNED: "promo",
}

_BROKEN = Rejected(
    "distribution.payout_broken",
    "Something in the store did not work, so nothing was asked for. Please try again in a moment.",
)


@dataclass(frozen=True)
class Sum:
    """An amount as typed, with what becomes of it, or why it cannot be."""

    typed: str
    terms: Terms | None
    error: str


@for_earners
def show() -> str:
    """The form, with fee and tax of the amount in it; any amount can be tried by ``?amount=``."""
    return _form(request.args.get("amount", ""))


@for_earners
def ask() -> Any:
    """Reserve the amount and hand the payout to the store for review.

    ``do=work_out`` only shows fee and tax of another amount: by POST, because the account that was
    typed has no place in an address.
    """
    principal, typed = member(), request.form.get("amount", "")
    if request.form.get("do") == "work_out":
        return _form(typed)
    try:
        ways = _ways()
        channel = request.form.get("channel", "")
        amount_fen = _amount(typed)
        wanted = PayoutRequest(
            member_id=principal.subject_id,
            source_kind=AVAILABLE,
            channel=channel,
            amount_fen=amount_fen,
            request_key=request.form.get("request_key", "")[:64] or new_token(),
            account=_typed_account(ways[channel], amount_fen) if channel in ways else {},
        )
        _hold_to_what_was_shown(wanted.amount_fen)
        with writing() as session:
            made = request_payout(
                session,
                wanted,
                settings=store_settings(),
                check=check,
                channels=tuple(ways),
            )
    except (Rejected, Conflict) as error:
        return _form(typed, error=error), error.status
    except PluginError as error:  # counted and logged where it was caught
        return _form(typed, error=_BROKEN), error.status
    notice("Your payout is with the store. Every step of it is shown here.")
    return go(f"{ROOT}payouts/{made.id}")


@for_earners
def payouts() -> str:
    """Payouts, newest first."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    before = uuid_or_none(request.args.get("before", ""))
    found = list_payouts(
        session,
        member_id=standing.member_id,
        source_kind=AVAILABLE,
        limit=PER_PAGE + 1,
        before=before,
    )
    return show_page(
        "payouts.html",
        standing,
        payouts=found[:PER_PAGE],
        labels={state: sentence(state_label(state)) for state in PayoutState},
        tones=STATE_TONES,
        next_before=found[PER_PAGE - 1].id if len(found) > PER_PAGE else None,
    )


def payout(payout_id: str) -> str:
    """One payout: amounts, state, reason, and the time of every step."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    wanted = uuid_or_none(payout_id)
    found = find_payout(session, wanted, member_id=standing.member_id) if wanted else None
    if found is None or found.source_kind != AVAILABLE:
        raise NotFound("distribution.payout", "There is no such payout.")
    return show_page(
        "payout.html",
        standing,
        payout=found,
        is_back=found.state in {PayoutState.REJECTED, PayoutState.RETURNED},
        label=sentence(state_label(found.state)),
        reason=_said(found.reason),
        coming=_said(expected_next(found.state, found.channel)),
        tone=STATE_TONES.get(PayoutState(found.state), ""),
        channel=sentence(way_of(found.channel, payout_channels()).label),
        account=_account(found),
        steps=_steps(found),
    )


def _typed_account(way: PayoutWay, amount_fen: int) -> dict[str, str]:
    """What the member typed for a channel.

    Raises:
        InvalidInput: a field is empty or wrong.
    """
    typed = {field.name: request.form.get(f"{way.key}.{field.name}", "") for field in way.fields}
    return read_account(way, typed, amount_fen, store_settings())


def _ways() -> dict[str, PayoutWay]:
    """Every way to be paid that can be chosen now, by key."""
    return {way.key: way for way in payout_ways(store_settings(), payout_channels())}


def _account(found: PayoutView) -> list[tuple[str, str]]:
    """The account of a payout with the names of its fields; its numbers cannot be read."""
    way = way_of(found.channel, payout_channels())
    return [(sentence(way.name_of(name)), value) for name, value in found.masked_account.items()]


def _said(text: str) -> str:
    """A reason in the reader's language, or as somebody wrote it; none stays none."""
    return sentence(text) if text else ""


def _steps(found: PayoutView) -> list[tuple[str, str, Any]]:
    return [
        (sentence(state_label(step.state)), _said(step.reason), step.at) for step in found.steps
    ]


def _form(typed: str, *, error: ShopError | None = None) -> str:
    session = reader()
    standing = standing_of(session, member().subject_id)
    money, settings = money_of(session, standing.member_id), store_settings()
    most = max(0, min(money.available, settings.payout_max_fen))
    chosen = _sum(typed, most, error)
    return show_page(
        "withdraw.html",
        standing,
        money=money,
        most_fen=most,
        is_possible=most >= max(1, settings.payout_min_fen),
        chosen=chosen,
        way=request.values.get("channel", WALLET_CHANNEL),
        typed=dict(request.values.items()),
        ways=tuple(_ways().values()),
        wrong=error.params.get("field", "") if error else "",
        settings=settings,
        request_key=new_token(),
    )


def _sum(typed: str, most: int, error: ShopError | None) -> Sum:
    """The amount in the form; all that can be had when nothing was typed."""
    refused = translate_error(error) if error else ""
    try:
        amount = _amount(typed) if typed.strip() else most
        terms = payout_terms(amount, store_settings()) if amount or typed.strip() else None
    except Rejected as wrong:
        return Sum(typed, None, refused or translate_error(wrong))
    if terms is not None and not refused and terms.amount_fen > most:
        refused = translate_error(
            Rejected("distribution.payout_short", "You cannot have more than is available.")
        )
    return Sum(typed, terms, refused)


def _hold_to_what_was_shown(amount_fen: int) -> None:
    """Refuse when something is taken off and another sum was shown: what arrives must be known."""
    shown = request.form.get("net_fen", "")
    terms = payout_terms(amount_fen, store_settings())
    if terms.net_fen != terms.amount_fen and shown != str(terms.net_fen):
        raise Conflict(
            "distribution.payout_changed",
            "This is another amount than was shown. Please look at the sums and confirm.",
        )


def _amount(typed: str) -> int:
    try:
        return parse_yuan(typed)
    except AmountTooLarge:
        raise Rejected(
            "distribution.payout_large",
            "The largest amount is %(limit_fen)s.",
            limit_fen=store_settings().payout_max_fen,
        ) from None
    except ValueError:
        raise InvalidInput(
            "distribution.amount", "Give an amount in yuan, such as 12.50.", field="amount"
        ) from None
