"""One member: their panel, and the page where growth and tier are changed by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from core.api.contributions import MemberPanel
from core.api.db import new_token
from core.api.errors import NotFound, ShopError
from core.api.members import erased_among, names_of
from core.api.web import audit, locale, notice, reader, staff, writing
from plugins.membership.admin.forms import AdjustForm, TierChoiceForm
from plugins.membership.admin.page import ROOT, go, id_or_none, known_id, show_page
from plugins.membership.models import Standing
from plugins.membership.services import growth
from plugins.membership.services import staff as hands
from plugins.membership.services.reading import tier_of, tiers
from plugins.membership.services.reports import (
    EntryFilter,
    entries,
    seen,
    tier_history,
)
from plugins.membership.services.standings import growth_of
from plugins.membership.views.wording import KIND_LABELS, REASON_LABELS, TASK_LABELS

ROWS = 12


def panel(session: Session, member_id: UUID) -> Mapping[str, Any] | None:
    """Tier, growth and the way to change both; stays away before there is a ladder."""
    found = seen(session, member_id)
    if not found.ladder and not found.growth:
        return None
    return {"seen": found, "member_id": member_id, "root": ROOT, "locale": locale()}


PANEL = MemberPanel(
    key="membership.member",
    label="Membership",
    template="admin/member_panel.html",
    load=panel,
    permission="membership.view",
)


def show(member_id: str) -> str:
    """Where a member stands, and the forms."""
    key = known_id(member_id)
    return _page(key, AdjustForm(data={"request_key": new_token(12)}), _choice(key))


def _choice(key: UUID) -> TierChoiceForm:
    """The form of their tier, as it is."""
    standing = reader().get(Standing, key)
    tier = tier_of(reader(), key)
    return TierChoiceForm(
        data={
            "tier": str(tier.id) if tier else "",
            "is_locked": bool(standing and standing.is_locked),
        }
    )


def adjust(member_id: str) -> Any:
    """Give or take growth."""
    key = _somebody(member_id)
    form = AdjustForm(request.form)
    if not form.validate():
        return _page(key, form, _choice(key)), 422
    amount, reason = form.amount.data or 0, form.reason.data or ""
    try:
        with writing() as session:
            before = growth_of(session, key)
            is_new = growth.adjust(
                session,
                key,
                amount,
                reason=reason,
                actor=staff().actor,
                request_key=f"{key}:{form.request_key.data}"[:100],
            )
            if is_new:
                audit(
                    session,
                    "membership.growth.adjust",
                    "member",
                    key,
                    before={"growth": before},
                    after={"growth": before + amount, "reason": reason},
                )
    except ShopError as error:
        return _page(key, form, _choice(key), errors=form.refuse(error)), error.status
    notice("The growth value is changed.")
    return go(f"{ROOT}/members/{key}")


def set_tier(member_id: str) -> Any:
    """Give a tier by hand, lock it, or let it follow growth again."""
    key = _somebody(member_id)
    form = TierChoiceForm(request.form).offer(tiers(reader()), locale())
    if not form.validate():
        return _page(key, AdjustForm(data={"request_key": new_token(12)}), form), 422
    wanted, reason = id_or_none(form.tier.data or ""), form.why.data or ""
    try:
        with writing() as session:
            before = tier_of(session, key)
            was_locked = getattr(session.get(Standing, key), "is_locked", False)
            if was_locked and not form.is_locked.data and wanted == (before and before.id):
                hands.unlock(session, key, reason=reason, actor=staff().actor)
            else:
                hands.set_tier(
                    session,
                    key,
                    wanted,
                    is_locked=form.is_locked.data,
                    reason=reason,
                    actor=staff().actor,
                )
            after = tier_of(session, key)
            audit(
                session,
                "membership.tier.set",
                "member",
                key,
                before={"tier": before and before.name_zh, "is_locked": was_locked},
                after={
                    "tier": after and after.name_zh,
                    "is_locked": form.is_locked.data,
                    "reason": reason,
                },
            )
    except ShopError as error:
        adjusting = AdjustForm(data={"request_key": new_token(12)})
        return _page(key, adjusting, form, errors=form.refuse(error)), error.status
    notice("The tier is changed.")
    return go(f"{ROOT}/members/{key}")


def _somebody(member_id: str) -> UUID:
    """The id of a member who is there, from an address."""
    key = known_id(member_id)
    _name(key)
    return key


def _name(key: UUID) -> str:
    names = names_of(reader(), [key])
    if key not in names:
        raise NotFound("member.unknown", "There is no such member.")
    return names[key]


def _page(key: UUID, adjusting: AdjustForm, choice: TierChoiceForm, errors: Any = ()) -> str:
    session = reader()
    name = _name(key)
    found = seen(session, key)
    return show_page(
        "member.html",
        "growth",
        member_id=key,
        name=name,
        is_erased=bool(erased_among(session, [key])),
        seen=found,
        standing=session.get(Standing, key),
        adjusting=adjusting,
        choice=choice.offer(found.ladder, locale()),
        rows=entries(session, EntryFilter(member_ids=(key,)), limit=ROWS),
        history=tier_history(session, key),
        kinds=KIND_LABELS,
        reasons=REASON_LABELS,
        tasks={str(task): label for task, label in TASK_LABELS.items()},
        errors=errors,
    )
