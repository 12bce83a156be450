"""Moving a member to another referrer: find the person, see what would change, give a reason."""

from uuid import UUID

from flask import request

from core.kernel.errors import Conflict, NotFound, ShopError
from core.kernel.values import dataclass
from core.members.services import member_view
from core.sharing.services import referral_of, set_lock, transfer, transfer_preview
from core.sharing.types import ReferralView, TeamCounts
from core.web import context
from core.web.access import access
from core.web.admin.answers import Answer, done, query_text, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.members import LockForm, TransferForm
from core.web.admin.queries.finding import find_members
from core.web.admin.queries.people import member_names
from core.web.admin.views.members.detail import show_referral

NOBODY = "nobody"


@dataclass(frozen=True)
class Preview:
    """What a transfer would change.

    Args:
        to: whom to, as the form says it.
        name: of that one.
        seen: whom they have now, so that a change meanwhile is noticed.
        chain_before: names of those who earn from the member's orders.
        chain_after: names of those who would, from future ones.
        below: who moves along, by level.
        refusals: why it would be refused.
    """

    to: str
    name: str
    seen: str
    chain_before: list[str]
    chain_after: list[str]
    below: TeamCounts
    refusals: list[str]


@admin.get("/members/<uuid:member_id>/referral/transfer")
@access("staff:referral.transfer")
def transfer_page(member_id: UUID) -> str:
    """Search for the new referrer, or preview the one chosen with ``to``."""
    query, to = query_text(), request.args.get("to", "")
    if to:
        return show_referral(
            member_id,
            opened="transfer",
            preview=_preview(member_id, to),
            transfer_form=TransferForm(data={"to": to}),
        )
    matches = None
    if query:
        found = find_members(context.reader(), query)
        matches = [each for each in found if each.id != member_id and each.state == "active"]
    return show_referral(member_id, opened="transfer", query=query, matches=matches)


def _preview(member_id: UUID, to: str) -> Preview:
    session = context.reader()
    new_referrer = _target(to)
    found = transfer_preview(session, member_id, new_referrer, context.shop().plugins.check)
    names = member_names(session, [*found.chain_before, *found.chain_after])
    return Preview(
        to=to,
        name=member_view(session, new_referrer).name if new_referrer else "",
        seen=str(found.old_referrer_id or NOBODY),
        chain_before=[names.get(each, "–") for each in found.chain_before],
        chain_after=[names.get(each, "–") for each in found.chain_after],
        below=found.below,
        refusals=[each for error in found.refusals for each in sentences(error)],
    )


def _target(text: str) -> UUID | None:
    """Whom the form names; ``None``: nobody.

    Raises:
        NotFound: what it names cannot be a member.
    """
    if text == NOBODY:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("member.unknown", "There is no such member.") from None


def _check_unmoved(now: ReferralView | None, seen: str) -> None:
    """Refuse when the referrer is not the one that the preview told.

    Raises:
        Conflict: somebody moved the member meanwhile, or the referral ended.
    """
    if seen and seen != (str(now.referrer_id) if now else NOBODY):
        raise Conflict(
            "referral.moved",
            "The referrer of this member has changed meanwhile. Please look at it again.",
        )


@admin.post("/members/<uuid:member_id>/referral/transfer")
@access("staff:referral.transfer")
def transfer_member(member_id: UUID) -> Answer:
    """Carry the transfer out. Orders placed before keep their chain."""
    form = TransferForm(request.form)
    to = form.to.data or NOBODY
    if not form.validate():
        page = show_referral(
            member_id, opened="transfer", preview=_preview(member_id, to), transfer_form=form
        )
        return page, 422
    try:
        with context.writing() as session:
            before = referral_of(session, member_id)
            _check_unmoved(before, form.seen.data or "")
            after = transfer(
                session,
                member_id,
                _target(to),
                actor=context.staff().actor,
                reason=form.reason.data or "",
                protection_days=context.shop().settings().protection_days,
                check=context.shop().plugins.check,
            )
            record(
                session,
                "referral.transfer",
                "member",
                member_id,
                before={"referrer": str(before.referrer_id) if before else None},
                after={
                    "referrer": str(after.referrer_id) if after else None,
                    "reason": form.reason.data,
                },
            )
    except ShopError as error:
        left = form.refuse(error)
        page = show_referral(
            member_id,
            left,
            opened="transfer",
            preview=_preview(member_id, to),
            transfer_form=form,
        )
        return page, error.status
    return done(
        f"/admin/members/{member_id}/referral", "Transferred. It counts for orders from now on."
    )


@admin.post("/members/<uuid:member_id>/referral/lock")
@access("staff:referral.transfer")
def lock(member_id: UUID) -> Answer:
    """Lock or unlock a referral."""
    form = LockForm(request.form, prefix="lock-")
    is_locked = request.form.get("do") == "lock"
    if not form.validate():
        return show_referral(member_id, opened="lock", lock_form=form), 422
    try:
        with context.writing() as session:
            set_lock(
                session,
                member_id,
                is_locked=is_locked,
                actor=context.staff().actor,
                reason=form.reason.data or "",
            )
            action = "referral.lock" if is_locked else "referral.unlock"
            record(session, action, "member", member_id, after={"reason": form.reason.data})
    except ShopError as error:
        left = form.refuse(error)
        return show_referral(member_id, left, opened="lock", lock_form=form), error.status
    message = "The referral is locked." if is_locked else "The referral is unlocked."
    return done(f"/admin/members/{member_id}/referral", message)
