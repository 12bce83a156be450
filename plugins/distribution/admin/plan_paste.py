"""Many SKUs at once, pasted or from a CSV file: good lines are taken, others are explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from core.api.errors import InvalidInput, ShopError
from core.api.i18n import gettext as _
from core.api.web import notice, reader, translate_error
from plugins.distribution.admin.plan_goods import elsewhere, page
from plugins.distribution.admin.plan_page import change_draft, go_to, my_draft, plan_or_404
from plugins.distribution.admin.plan_rates import plain, read_number
from plugins.distribution.rules import Programme, Rate, RateKind, Rule, Treatment
from plugins.distribution.rules.editing import put
from plugins.distribution.services.naming import Thing, sku_things

MOST_LINES = 5000
MOST_BYTES = 1_000_000
_HEADS = {"sku", "code", "sku code"}


def _words() -> Mapping[str, Treatment]:
    """What may stand after a code instead of rates, in English and in the reader's language."""
    none, plan = (str(word).casefold() for word in (_("none"), _("plan")))
    return {
        "": Treatment.PLAN,
        "plan": Treatment.PLAN,
        plan: Treatment.PLAN,
        "none": Treatment.NONE,
        none: Treatment.NONE,
    }


@dataclass(frozen=True)
class BadLine:
    """A line that could not be taken."""

    number: int
    text: str
    reason: str


@dataclass
class Pasted:
    """What came of a text: rules, lines that were not understood, and the text of those."""

    rules: list[Rule] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    text: str = ""

    @property
    def left(self) -> str:
        """The lines to be mended, as they were typed."""
        return "\n".join(line.text for line in self.bad)


def take(plan_id: str) -> Any:
    """Take SKUs from the text or the file; what belongs to another plan is asked about."""
    programme = my_draft().programme
    plan = plan_or_404(programme, plan_id)
    text, problem = _text()
    if problem:
        return page(plan, errors=[problem], pasted=Pasted(text=text)), 422
    pasted = read_lines(text, lambda codes: sku_things(reader(), codes))
    keys = [(rule.scope, rule.target_id) for rule in pasted.rules]
    others = {} if request.form.get("moves") else elsewhere(programme, plan, keys)
    taken = [rule for rule in pasted.rules if (rule.scope, rule.target_id) not in others]
    pasted = _with_others(pasted, programme, others, text)
    try:
        if taken:
            change_draft(lambda before: put(before, plan.id, taken))
    except ShopError as error:
        return page(plan, errors=[translate_error(error)], pasted=Pasted(text=text)), error.status
    if taken:
        notice("%(count)s are in your draft now.", count=len(taken))
    if not pasted.bad:
        return go_to(f"/plans/{plan.id}/goods")
    after = plan_or_404(my_draft().programme, str(plan.id))
    return page(after, pasted=pasted), 422


def _with_others(
    pasted: Pasted, programme: Programme, others: Mapping[Any, Any], text: str
) -> Pasted:
    """Lines of things that belong to another plan, told among those that were not taken."""
    if not others:
        return pasted
    names = {thing.key: code for code, thing in sku_things(reader(), _codes(text)).items()}
    for number, line in enumerate(text.splitlines(), 1):
        for key, owner in others.items():
            if names.get(key) == _cells(line)[0]:
                name = owner.name or _("Default plan")
                reason = _("It belongs to “%(plan)s”. Tick the box to move it.", plan=name)
                pasted.bad.append(BadLine(number, line, reason))
    pasted.bad.sort(key=lambda line: line.number)
    return pasted


def _text() -> tuple[str, str]:
    """What was pasted and what is in the file, and what is wrong with them together."""
    text = request.form.get("codes", "")
    file = request.files.get("file")
    if file is not None and file.filename:
        data = file.read(MOST_BYTES + 1)
        try:
            decoded = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            decoded = data.decode("gb18030", errors="replace")
        text = f"{text.rstrip()}\n{decoded}" if text.strip() else decoded
    if len(text) > MOST_BYTES or text.count("\n") > MOST_LINES:
        return text[:MOST_BYTES], _("At most %(count)s lines at once.", count=MOST_LINES)
    if not text.strip():
        return "", _("Paste codes or choose a file first.")
    return text, ""


def _cells(line: str) -> list[str]:
    line = plain(line)
    for mark in ("\t", ";"):
        line = line.replace(mark, ",")
    return [cell.strip().strip('"').strip() for cell in line.split(",")]


def _codes(text: str) -> list[str]:
    return [cells[0] for cells in map(_cells, text.splitlines()) if cells[0]]


def read_lines(text: str, find: Any) -> Pasted:
    """Rules of a text: a code a line, then what is paid, then rates of levels 1 to 3.

    Args:
        text: the lines; a first one with heads is passed over.
        find: gives the SKUs of some codes.
    """
    known: Mapping[str, Thing] = find(_codes(text))
    pasted, seen = Pasted(text=text), set[str]()
    for number, line in enumerate(text.splitlines(), 1):
        cells = _cells(line)
        is_head = number == 1 and cells[0].casefold() in {*_HEADS, _("Code").casefold()}
        if not any(cells) or is_head:
            continue
        try:
            rule = _rule(cells, known)
            if cells[0] in seen:
                raise InvalidInput("distribution.line_twice", "This code stands here twice.")
            seen.add(cells[0])
            pasted.rules.append(rule)
        except InvalidInput as error:
            pasted.bad.append(BadLine(number, line, _(error.message)))
    return pasted


def _rule(cells: Sequence[str], known: Mapping[str, Thing]) -> Rule:
    thing = known.get(cells[0])
    if thing is None:
        raise InvalidInput("distribution.line_code", "No SKU has this code.")
    padded: list[str] = [*cells[1:], "", "", ""]
    word, more = padded[0], padded[1:]
    treatment = _words().get(word.casefold())
    if treatment is not None:
        return Rule(thing.scope, thing.id, treatment)
    numbers = [word, *more][:3]
    is_fixed = any(number.startswith("¥") for number in numbers)
    kind = RateKind.FIXED if is_fixed else RateKind.BPS
    first, second, third = (
        read_number(kind, number.strip("¥% ")) if number else 0 for number in numbers
    )
    return Rule(thing.scope, thing.id, Treatment.OWN, Rate(kind, (first, second, third)))
