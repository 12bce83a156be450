"""The benefit catalogue and the grid of tier and benefit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import request

from core.api.db import new_id
from core.api.errors import InvalidInput, NotFound, ShopError
from core.api.money import FEN_LIMIT, AmountTooLarge, format_yuan, parse_yuan
from core.api.web import audit, notice, reader, translate_error, writing
from plugins.membership.admin.forms import EFFECTS, BenefitForm
from plugins.membership.admin.page import ROOT, go, known_id, show_page
from plugins.membership.rules.benefits import VALUED, BenefitView, Cell, Effect, Matrix, check_cell
from plugins.membership.rules.ladder import Ladder
from plugins.membership.services import benefits
from plugins.membership.services.reading import tiers
from plugins.membership.views.wording import BENEFIT_KINDS, times

HOME = f"{ROOT}/benefits"


def show() -> str:
    """The grid."""
    session = reader()
    cells = benefits.matrix(session)
    shown = {key: _shown(cell, effect) for key, cell, effect in _with_effects(session, cells)}
    return _page(set(cells), shown)


def _with_effects(session: Any, cells: Matrix) -> list[tuple[tuple[UUID, UUID], Cell, str]]:
    effects = {each.id: each.effect for each in benefits.catalogue(session)}
    return [(key, cell, effects.get(key[1], "")) for key, cell in cells.items()]


def _shown(cell: Cell, effect: str) -> str:
    if cell.value is None:
        return ""
    if effect == Effect.GROWTH_MULTIPLIER:
        return times(cell.value)
    return format_yuan(cell.value).removesuffix(".00")


def save() -> Any:
    """Put the whole grid in force as it was ticked and typed."""
    session = reader()
    ladder, lines, before = tiers(session), benefits.catalogue(session), benefits.matrix(session)
    ticked: set[tuple[UUID, UUID]] = set()
    typed: dict[tuple[UUID, UUID], str] = {}
    wrong: dict[tuple[UUID, UUID], str] = {}
    cells: Matrix = {}
    for tier in ladder:
        for line in lines:
            key, name = (tier.id, line.id), f"{tier.id}_{line.id}"
            typed[key] = request.form.get(f"value_{name}", "").strip()
            if f"has_{name}" not in request.form:
                continue
            ticked.add(key)
            try:
                kept = before.get(key, Cell())
                cells[key] = Cell(_value(line.effect, typed[key]), kept.note_zh, kept.note_en)
            except InvalidInput as error:
                wrong[key] = translate_error(error)
    if wrong:
        return _page(ticked, typed, wrong), 422
    try:
        with writing() as unit:
            benefits.save_matrix(unit, cells)
            audit(
                unit,
                "membership.benefits.save",
                "benefits",
                "matrix",
                before=_told(before, ladder, lines),
                after=_told(cells, ladder, lines),
            )
    except ShopError as error:
        return _page(ticked, typed, errors=[translate_error(error)]), error.status
    notice("The benefits are in force.")
    return go(HOME)


def _value(effect: str, text: str) -> int | None:
    """The value of a cell: a multiplier in basis points, or fen from which on.

    Raises:
        InvalidInput: no number, or out of range.
    """
    if effect not in VALUED:
        return None
    try:
        number = parse_yuan(text or ("1" if effect == Effect.GROWTH_MULTIPLIER else "0"))
    except AmountTooLarge:
        number = FEN_LIMIT  # out of either range
    except ValueError:
        raise InvalidInput(
            "membership.value", "Give a number such as 1.5.", field="value"
        ) from None
    value = number * 100 if effect == Effect.GROWTH_MULTIPLIER else number
    check_cell(effect, Cell(value))
    return value


def _told(cells: Matrix, ladder: Ladder, lines: Sequence[BenefitView]) -> dict[str, Any]:
    """The grid as the audit log reads it: what each tier has, by names."""
    return {
        f"{tier.name_zh} · {line.name_zh}": _shown(cells[tier.id, line.id], line.effect) or True
        for tier in ladder
        for line in lines
        if (tier.id, line.id) in cells
    }


def edit(benefit_id: str) -> Any:
    """One line of the catalogue as a form; ``new`` for another one."""
    if benefit_id == "new":
        return _form_page(BenefitForm(data={"is_active": True, "icon": "gift"}), None)
    benefit = _known(benefit_id)
    values = {name: getattr(benefit, name) for name in BenefitView.__dataclass_fields__}
    return _form_page(BenefitForm(data=values), benefit)


def keep(benefit_id: str) -> Any:
    """Keep a line of the catalogue and its notes for each tier."""
    benefit = None if benefit_id == "new" else _known(benefit_id)
    form = BenefitForm(request.form)
    if benefit is not None:
        form.effect.data = benefit.effect
    if not form.validate():
        return _form_page(form, benefit), 422
    effect = benefit.effect if benefit else form.effect.data
    view = form.view(benefit.id if benefit else new_id(), effect)
    try:
        with writing() as session:
            benefits.save_benefit(session, view)
            _keep_notes(session, view.id)
            audit(
                session,
                "membership.benefit.save",
                "benefit",
                view.id,
                after={"name": view.name_zh, "effect": effect},
            )
    except ShopError as error:
        return _form_page(form, benefit, errors=form.refuse(error)), error.status
    notice("The benefit is kept. Tick in the grid which tiers have it.")
    return go(HOME)


def _keep_notes(session: Any, benefit_id: UUID) -> None:
    cells = benefits.matrix(session)
    changed = {
        key: Cell(
            cell.value,
            request.form.get(f"note_zh_{key[0]}", "").strip()[:20],
            request.form.get(f"note_en_{key[0]}", "").strip()[:40],
        )
        for key, cell in cells.items()
        if key[1] == benefit_id
    }
    if changed:
        benefits.save_matrix(session, {**cells, **changed})


def remove(benefit_id: str) -> Any:
    """Take a line out of the catalogue, and from every tier."""
    benefit = _known(benefit_id)
    with writing() as session:
        benefits.remove_benefit(session, benefit.id)
        audit(
            session,
            "membership.benefit.remove",
            "benefit",
            benefit.id,
            before={"name": benefit.name_zh},
        )
    notice("The benefit is gone.")
    return go(HOME)


def _known(text: str) -> BenefitView:
    wanted = known_id(text)
    for each in benefits.catalogue(reader()):
        if each.id == wanted:
            return each
    raise NotFound("membership.benefit", "There is no such benefit.")


def _page(ticked: Any, values: Any, wrong: Any = None, errors: Any = ()) -> str:
    session = reader()
    return show_page(
        "benefits.html",
        "benefits",
        ladder=tiers(session),
        lines=benefits.catalogue(session),
        ticked=ticked,
        values=values,
        wrong=wrong or {},
        kinds=BENEFIT_KINDS,
        effects={str(key): label for key, label in EFFECTS},
        errors=errors,
    )


def _form_page(form: BenefitForm, benefit: BenefitView | None, errors: Any = ()) -> str:
    session = reader()
    cells = benefits.matrix(session) if benefit else {}
    return show_page(
        "benefit.html",
        "benefits",
        form=form,
        benefit=benefit,
        notes=[
            (tier, cells[tier.id, benefit.id])
            for tier in tiers(session)
            if benefit and (tier.id, benefit.id) in cells
        ],
        errors=errors,
    )
