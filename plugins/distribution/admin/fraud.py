"""The fraud board: commissions that are held, each with its reasons, for a person to decide."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request

from core.api.catalog import Page
from core.api.errors import InvalidInput, NotFound, ShopError
from core.api.i18n import lazy_gettext as _l
from core.api.members import names_of
from core.api.staff import staff_names
from core.api.web import audit, notice, reader, staff, translate_error, writing
from plugins.distribution.admin.evidence import evidence_words
from plugins.distribution.admin.page import PER_PAGE, ROOT, go, page_number, pressed, show_page
from plugins.distribution.rules.fraud import Suspicion
from plugins.distribution.services.holds import HeldCase, count_cases, list_cases, reject, release
from plugins.distribution.views.showing import uuid_or_none

STATES = {
    "open": _l("To be decided"),
    "released": _l("Released"),
    "rejected": _l("Rejected"),
}
REASONS = {
    Suspicion.PHONE: _l("Delivered to the distributor’s phone"),
    Suspicion.ADDRESS: _l("Delivered to the distributor’s address"),
    Suspicion.DEVICE: _l("Same device"),
    Suspicion.BROWSER: _l("Same network and kind of browser"),
    Suspicion.ACCOUNT: _l("Same account paid from or to"),
    Suspicion.BURST: _l("Many new people at once"),
    Suspicion.LOOP: _l("Each earns on the other"),
}
MOST_AT_ONCE = 200


def show() -> str:
    """Held cases by state and reason, the newest first."""
    return _page()


def decide() -> Any:
    """Release or reject the ticked cases, each for itself, with one note for all."""
    cases, note = _ticked(), request.form.get("note", "")
    is_release = pressed("release", "reject") == "release"
    if not cases:
        notice("Tick the cases you have decided about.", "error")
        return go(_back())
    done, problems = 0, []
    for order_id, beneficiary_id in cases:
        try:
            _decide_one(order_id, beneficiary_id, note, is_release=is_release)
            done += 1
        except InvalidInput as error:  # the note, the same for all
            return _page(errors=[translate_error(error)], picked=cases), error.status
        except ShopError as error:
            problems.append(translate_error(error))
    if done:
        sentence = (
            "Released: %(count)s. They settle as others do."
            if is_release
            else "Rejected: %(count)s. Their commissions went back to the store."
        )
        notice(sentence, count=done)
    if problems:
        return _page(errors=sorted(set(problems))), 409
    return go(_back())


def _decide_one(order_id: UUID, beneficiary_id: UUID, note: str, *, is_release: bool) -> None:
    with writing() as session:
        actor = staff().actor
        taken = 0
        if is_release:
            release(session, order_id, beneficiary_id, actor=actor, note=note)
        else:
            taken = reject(session, order_id, beneficiary_id, actor=actor, note=note)
        audit(
            session,
            "distribution.hold.release" if is_release else "distribution.hold.reject",
            "order",
            order_id,
            before={"state": "open"},
            after={"beneficiary": str(beneficiary_id), "note": note, "taken_back_fen": taken},
        )


def _ticked() -> Sequence[tuple[UUID, UUID]]:
    cases = []
    for text in request.form.getlist("pick")[:MOST_AT_ONCE]:
        order, _, beneficiary = text.partition("/")
        order_id, beneficiary_id = uuid_or_none(order), uuid_or_none(beneficiary)
        if order_id is None or beneficiary_id is None:
            raise NotFound(
                "distribution.hold", "Nothing of this order is held for this distributor."
            )
        cases.append((order_id, beneficiary_id))
    return cases


def _back() -> str:
    reason = request.form.get("reason", "")
    return f"{ROOT}/fraud" + (f"?reason={reason}" if reason in set(Suspicion) else "")


def _page(*, errors: Sequence[str] = (), picked: Sequence[tuple[UUID, UUID]] = ()) -> str:
    session, number = reader(), page_number()
    state, reason = request.args.get("state", "open"), request.values.get("reason", "")
    state = state if state in STATES else "open"
    reason = reason if reason in set(Suspicion) else ""
    found, total = list_cases(
        session, state=state, reason=reason, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    people = {case.buyer_id for case in found} | {case.beneficiary_id for case in found}
    return show_page(
        "fraud.html",
        "fraud",
        page=Page(tuple(found), total, number, PER_PAGE),
        names=names_of(session, people),
        deciders=staff_names(session, {case.actor for case in found}),
        whys={(case.order_id, case.beneficiary_id): _whys(case) for case in found},
        counts=count_cases(session),
        states={key: str(label) for key, label in STATES.items()},
        reasons={str(key): str(label) for key, label in REASONS.items()},
        state=state,
        reason=reason,
        errors=list(errors),
        picked=set(picked),
        written=request.form.get("note", ""),
    )


def _whys(case: HeldCase) -> list[tuple[str, list[str]]]:
    """Each reason with what it rests on."""
    return [
        (str(REASONS[Suspicion(reason)]), evidence_words(reason, evidence))
        for reason, evidence in case.reasons.items()
    ]
