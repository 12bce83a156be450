"""The ladder: what is in force, the draft that is edited, who would move, putting it in force."""

from collections.abc import Sequence
from typing import Any

from flask import request

from core.api.db import new_id
from core.api.errors import InvalidInput, ShopError
from core.api.members import names_of
from core.api.web import audit, notice, reader, sentence, staff, writing
from plugins.membership.admin.forms import TierForm, prefix
from plugins.membership.admin.page import ROOT, go, id_or_none, show_page
from plugins.membership.rules import editing
from plugins.membership.rules.editing import TIERS_MOST, Fault
from plugins.membership.rules.starting import new_tier, starting_ladder
from plugins.membership.services import ladder as ladders
from plugins.membership.services import starting
from plugins.membership.services.documents import DRAFT, document
from plugins.membership.services.previewing import preview_ladder
from plugins.membership.services.reading import tiers
from plugins.membership.types import Tier

HOME = f"{ROOT}/tiers"
_TOLD = ("threshold", "validity_days", "spent_fen", "bought_count", "order_count")


def edit() -> str:
    """The draft, or the ladder in force where there is none, as a form."""
    session = reader()
    ladder = ladders.draft(session) or tiers(session) or starting_ladder()
    return _page([TierForm.of(place, tier) for place, tier in enumerate(ladder)])


def save() -> Any:
    """Keep what was typed as the draft; then add, remove, look ahead or put it in force."""
    forms = _typed()
    if not forms:
        return edit(), 422
    act = request.form.get("do", "save")
    ladder = [
        form.tier(place + 1, id_or_none(form.id.data or "") or new_id())
        for place, form in enumerate(forms)
    ]
    are_numbers = [form.validate() for form in forms]  # each says what is wrong with it
    if act.startswith("remove-"):
        place = act.removeprefix("remove-")
        ladder = [tier for each, tier in enumerate(ladder) if str(each) != place]
    elif act == "add" and len(ladder) < TIERS_MOST:
        top = ladder[-1].threshold if ladder else -1
        ladder.append(new_tier(len(ladder), new_id(), max(top * 2, top + 1)))
    elif not all(are_numbers) or _mark(
        forms, editing.faults([editing.tidy(each) for each in ladder])
    ):
        return _page(forms), 422
    if not ladder:
        return _page(forms, errors=[sentence("A ladder has one to ten tiers.")]), 422
    if act == "publish":
        return _publish(ladder, forms)
    with writing() as session:
        ladders.save_draft(session, ladder, staff().actor)
    if act == "preview":
        return go(f"{HOME}/preview")
    if act == "save":
        notice("The draft is kept. Nobody feels it before it is in force.")
    return go(f"{HOME}#t{len(ladder) - 1}" if act == "add" else HOME)


def _typed() -> list[TierForm]:
    count = 0
    while f"{prefix(count)}name_zh" in request.form and count < TIERS_MOST:
        count += 1
    return [TierForm(request.form, prefix=prefix(place)) for place in range(count)]


def _mark(forms: Sequence[TierForm], faults: Sequence[Fault]) -> bool:
    """Put each fault at its field; whether there are any."""
    for fault in faults:
        field = forms[fault.place]._fields.get(fault.field)
        if field is not None and not field.errors:
            field.errors = [sentence(fault.message, fault.params)]
    return bool(faults)


def _publish(ladder: Sequence[Tier], forms: Sequence[TierForm]) -> Any:
    try:
        with writing() as session:
            before = tiers(session)
            ladders.publish(session, ladder)
            audit(
                session,
                "membership.ladder.publish",
                "ladder",
                "tiers",
                before=_told(before),
                after=_told(ladder),
            )
    except InvalidInput as error:
        return _page(forms, errors=[sentence(error.message, error.params)]), error.status
    except ShopError as error:
        return _page(forms, errors=forms[0].refuse(error)), error.status
    notice("The ladder is in force. Members who reach a higher tier by it rise within minutes.")
    return go(ROOT)


def _told(ladder: Sequence[Tier]) -> dict[str, Any]:
    """Tiers by name, as the audit log reads them: those that changed, and in what."""
    return {
        tier.name_zh: {
            name: getattr(tier, name) for name in _TOLD if getattr(tier, name) is not None
        }
        for tier in ladder
    }


def discard() -> Any:
    """Give the draft up."""
    with writing() as session:
        ladders.drop_draft(session)
    notice("The draft is gone; the ladder in force was never touched.")
    return go(HOME)


def preview() -> Any:
    """Who would move where if the draft were put in force now; changes nothing."""
    session = reader()
    ladder = ladders.draft(session)
    if ladder is None:
        return go(HOME)
    found = preview_ladder(session, ladder)
    return show_page(
        "preview.html",
        "tiers",
        found=found,
        names=names_of(session, [row.member_id for row in found.rows]),
        draft=ladder,
        ladder=tiers(session),
    )


def begin() -> Any:
    """Put the ladder and benefits to start from in force, for a shop without any."""
    with writing() as session:
        if starting.set_up(session):
            audit(
                session,
                "membership.ladder.publish",
                "ladder",
                "tiers",
                after=_told(tiers(session)),
            )
    notice("Four tiers with benefits are in force. Change them as you like.")
    return go(ROOT)


def _page(forms: Sequence[TierForm], errors: Sequence[str] = ()) -> str:
    session = reader()
    stored = document(session, DRAFT)
    return show_page(
        "tiers.html",
        "tiers",
        forms=forms,
        has_draft=stored is not None,
        changed_at=stored.changed_at if stored else None,
        members=ladders.members_in(session),
        most=TIERS_MOST,
        id_or_none=id_or_none,
        errors=list(errors),
        has_ladder=bool(tiers(session)),
    )
