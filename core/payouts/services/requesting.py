"""Asking for money: checked, limited, reserved at once."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.kernel import clock
from core.kernel.errors import Conflict, NotFound, Rejected
from core.kernel.ids import new_id, new_number
from core.ledger.services import balance, member_owner
from core.members.models import Member
from core.payouts.rules import WALLET_CHANNEL, PayoutState, Terms, payable_of, payout_terms
from core.payouts.rules.channels import MANUAL, hold_to_name, read_account, way_of
from core.payouts.services.rows import (
    PAYOUT_TABLE,
    add_step,
    book_step,
    look,
    reserve_legs,
    select_payouts,
)
from core.payouts.types import PayoutRequest, PayoutView
from core.settings.rules import StoreSettings


def request_payout(
    session: Session,
    request: PayoutRequest,
    *,
    settings: StoreSettings,
    check: Callable[..., None],
    channels: Collection[str] = (WALLET_CHANNEL,),
    actor: str = "",
) -> PayoutView:
    """Reserve an amount and put the payout into the queue for review.

    Requests of one member wait for each other, so that the daily limit holds. A repeated
    ``request_key`` of the member answers with the payout of the first call.

    Args:
        session: the caller's unit of work.
        request: who wants how much of which account by which channel.
        settings: limits, fee and tax.
        check: ``shop.extensions().check``; asked as ``check_request_payout``.
        channels: keys of the channels that can be chosen now. Those that staff pay by hand must
            be switched on in the settings, too.
        actor: who asks, when it is not the member: ``staff:<uuid>``.

    Raises:
        Rejected: limits, the balance, or a plugin's check say no.
        InvalidInput: the account is incomplete or wrong.
        Conflict: the request key was used for another request.
        NotFound: no such member, or a blocked or erased one.
        InvariantError: the account kind was not declared payable.
    """
    accounts = payable_of(request.source_kind)
    _lock_member(session, request.member_id)
    known = session.execute(
        select_payouts(
            PAYOUT_TABLE.c.member_id == request.member_id,
            PAYOUT_TABLE.c.request_key == request.request_key,
        )
    ).one_or_none()
    if known is not None:
        return _same(look(known), request)
    if request.channel not in channels or not _is_offered(request.channel, settings):
        raise Rejected("payout.channel", "This way to be paid is not available.")
    terms = payout_terms(request.amount_fen, settings)
    request = _with_account(request, settings)
    at = clock.now()
    _hold_to_daily_limit(session, request.member_id, settings, at)
    _hold_to_balance(session, request, accounts.source_kind)
    check("check_request_payout", session=session, request=request)
    payout = _payout(request, terms, actor or member_owner(request.member_id), at)
    book_step(session, payout, "requested", reserve_legs(payout), actor=payout.requested_by)
    _store(session, payout, request.request_key)
    return payout


def _hold_to_balance(session: Session, request: PayoutRequest, kind: str) -> None:
    """Nothing while there is a debt, and never more than there is.

    Raises:
        Rejected: the account does not cover the amount.
    """
    available = balance(session, member_owner(request.member_id), kind)
    if available < 0:
        raise Rejected(
            "payout.debt",
            "Refunds took back %(owed_fen)s more than was there. What comes in fills that first;"
            " nothing can be paid out until then.",
            owed_fen=-available,
        )
    if available < request.amount_fen:
        raise Rejected(
            "payout.short",
            "Only %(available_fen)s can be paid out.",
            available_fen=available,
        )


def _is_offered(channel: str, settings: StoreSettings) -> bool:
    """Whether a channel of the trunk is switched on; plugins' are when they are in the list."""
    return channel not in MANUAL or MANUAL[channel].is_offered(settings)


def _with_account(request: PayoutRequest, settings: StoreSettings) -> PayoutRequest:
    """The account in shape, and named where the amount asks for it.

    Raises:
        InvalidInput: a field is empty or wrong.
    """
    if request.channel in MANUAL:
        way = way_of(request.channel)
        account = read_account(way, request.account, request.amount_fen, settings)
        return replace(request, account=account)
    hold_to_name(request.channel, request.account, request.amount_fen, settings)
    return request


def _lock_member(session: Session, member_id: UUID) -> None:
    """Let requests of one member wait for each other; foreign keys to the member stay free.

    Raises:
        NotFound: no such member, or not an active one.
    """
    state = session.execute(
        sa.select(Member.state).where(Member.id == member_id).with_for_update(key_share=True)
    ).scalar()
    if state != "active":
        raise NotFound("payout.member", "There is no such member.")


def _same(known: PayoutView, request: PayoutRequest) -> PayoutView:
    asked = (request.source_kind, request.channel, request.amount_fen)
    if (known.source_kind, known.channel, known.amount_fen) != asked:
        raise Conflict("payout.key", "This request was sent before with other figures.")
    return known


def _hold_to_daily_limit(
    session: Session, member_id: UUID, settings: StoreSettings, at: datetime
) -> None:
    """Count today's requests; rejected ones do not count.

    Raises:
        Rejected: as many as allowed were made today.
    """
    start, _ = clock.day_bounds(clock.local_date(at, settings.timezone), settings.timezone)
    today = session.execute(
        sa.select(sa.func.count()).where(
            PAYOUT_TABLE.c.member_id == member_id,
            PAYOUT_TABLE.c.requested_at >= start,
            PAYOUT_TABLE.c.state != PayoutState.REJECTED,
        )
    ).scalar_one()
    if today >= settings.payouts_per_day:
        raise Rejected(
            "payout.per_day",
            "At most %(count)s payouts a day. Please come back tomorrow.",
            count=settings.payouts_per_day,
        )


def _payout(request: PayoutRequest, terms: Terms, actor: str, at: datetime) -> PayoutView:
    return PayoutView(
        id=new_id(),
        payout_no=new_number(at, "W"),
        member_id=request.member_id,
        source_kind=request.source_kind,
        channel=request.channel,
        amount_fen=terms.amount_fen,
        fee_fen=terms.fee_fen,
        tax_fen=terms.tax_fen,
        net_fen=terms.net_fen,
        account=dict(request.account),
        state=PayoutState.REQUESTED.value,
        reason="",
        requested_by=actor,
        reviewer="",
        channel_ref=None,
        tries=0,
        requested_at=at,
        reviewed_at=None,
        paid_at=None,
    )


def _store(session: Session, payout: PayoutView, request_key: str) -> None:
    row = {name: value for name, value in vars(payout).items() if name != "steps"}
    session.execute(sa.insert(PAYOUT_TABLE).values(**row, request_key=request_key))
    add_step(
        session,
        payout.id,
        PayoutState.REQUESTED,
        actor=payout.requested_by,
        at=payout.requested_at,
        reason="",
    )
