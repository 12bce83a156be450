"""``hooks.md``: every hook, when it is called, what it may cost and what its faults do."""

import ast
from collections.abc import Iterator

from core.host.budgets import BUDGETS, SLOW_SHARE, STRIKE_LIMIT, Budget
from core.host.contracts import KINDS
from core.host.deliveries import MAX_TRIES
from core.worker.ticks import MAX_TRIES as TICK_TRIES
from tools.reference import events
from tools.reference.markdown import code, finish, head, read, spaced, table
from tools.reference.source import Found, bases, fields, find, signature

_MODULE = "core.api.hooks"

# hook → kind of call whose budget holds for what it registers; none: it is only declared
CALLS = {
    "register_price_rules": "price",
    "register_blocks": "block",
    "register_store_pages": "page",
    "register_admin_pages": "admin_page",
    "register_dashboard_cards": "card",
    "register_product_columns": "column",
    "register_order_columns": "column",
    "register_member_columns": "column",
    "register_product_panels": "panel",
    "register_order_panels": "panel",
    "register_member_panels": "panel",
    "register_product_bulk_actions": "bulk",
    "register_order_bulk_actions": "bulk",
    "register_member_bulk_actions": "bulk",
    "register_order_timelines": "timeline",
    "register_search_providers": "search",
    "register_jobs": "job",
    "register_commands": "command",
    "register_permissions": "",
    "register_settings": "",
    "register_gateways": "gateway",
    "register_channels": "channel",
    "register_payout_channels": "payout_channel",
    "register_promoters": "promoters",
    "register_order_freezes": "freeze",
}


def page() -> str:
    """The page."""
    lines = head(
        "Hooks",
        "Every place where a plugin may take part. Implementations are functions of `plugin.py` "
        "marked with `@hookimpl` (`core.api.hooks`); one may leave out arguments that it does not "
        "need. Where each piece goes is told in [the guide](../README.md); values and protocols "
        "that fields name, such as `BlockContext` or `SendsMessages`, in [the door](api.md).",
    )
    lines += ["## Registrations", "", *_about("RegisterHooks")]
    lines += _limits()
    for name, node in specs("RegisterHooks"):
        lines += [f"### `{name}`", "", *_registration(name, node)]
    lines += ["## Checks", "", *_about("CheckHooks")]
    for name, node in specs("CheckHooks"):
        said = read(ast.get_docstring(node)).paragraphs
        lines += [f"### `{name}`", "", *_head(node), *spaced(said)]
        lines += spaced([f"Budget `check`: {budget_text(BUDGETS['check'])}"])
    lines += ["## Facts", "", *_about("FactHooks")]
    lines += spaced(
        [
            f"Budget `event`: {budget_text(BUDGETS['event'])} A fact is parked after {MAX_TRIES} "
            "tries. The fields of each are in [events](events.md)."
        ]
    )
    facts = {events.hook_of(each): each for each in events.facts()}
    lines += table(
        ["Hook", "Gets", "Told when"],
        (
            [code(name), f"[`{facts[name].name}`](events.md#{name})", facts[name].doc.summary]
            for name, _ in specs("FactHooks")
        ),
    )
    return finish(lines)


def specs(group: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The hooks of one form in their order."""
    node = find(_MODULE, group).node
    for each in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(each, ast.FunctionDef):
            yield each.name, each


def budget_text(budget: Budget) -> str:
    """What a kind of call may cost, and what happens beyond it."""
    parts = [f"Slow from {_time(budget.milliseconds)} a call."]
    if budget.stops_after_seconds:
        parts.append(f"Stopped after {budget.stops_after_seconds} s, which counts as a fault.")
    if budget.fault_limit:
        parts.append(f"{budget.fault_limit} faults within an hour pause the plugin.")
    else:
        parts.append("Faults never pause the plugin.")
    parts.append("So do slow calls." if budget.pauses_when_slow and budget.fault_limit else "")
    if not budget.pauses_when_slow and budget.fault_limit:
        parts.append("Slow calls do not.")
    return " ".join(part for part in parts if part)


def _limits() -> list[str]:
    kinds = [
        [
            code(kind),
            _time(budget.milliseconds),
            f"{budget.stops_after_seconds} s" if budget.stops_after_seconds else "never",
            str(budget.fault_limit) if budget.fault_limit else "never",
            f"{STRIKE_LIMIT} strikes" if budget.pauses_when_slow else "never",
        ]
        for kind, budget in BUDGETS.items()
    ]
    text = (
        "What calls of each kind may cost. A call over its budget gives a strike for each whole "
        "budget it took; strikes within an hour pause the plugin when one call in "
        f"{SLOW_SHARE} is slow besides. Every call is counted under the kind and the key of its "
        "piece, so a plugin is paused for one piece that keeps failing, not for the sum of many."
    )
    columns = ["Kind", "Slow from", "Stopped after", "Faults an hour that pause", "Slowness pauses"]
    return ["### Budgets", "", *spaced([text]), *table(columns, kinds)]


def _registration(name: str, node: ast.FunctionDef) -> list[str]:
    kind = CALLS[name]
    lines = [*_head(node), *spaced(read(ast.get_docstring(node)).paragraphs)]
    if kind:
        tries = f" A tick is tried {TICK_TRIES} times." if kind == "job" else ""
        lines += spaced([f"Budget `{kind}`: {budget_text(BUDGETS[kind])}{tries}"])
    descriptor = KINDS[name][1].__name__ if name in KINDS else ""
    descriptor = "SettingsSchema" if name == "register_settings" else descriptor
    return lines + (_descriptor(find("core.api.contributions", descriptor)) if descriptor else [])


def _descriptor(found: Found) -> list[str]:
    doc = found.doc
    said = {name: text for base in bases(found) for name, text in base.doc.arguments.items()}
    said |= doc.arguments
    more = [text for base in bases(found) for text in base.doc.paragraphs]
    rows = (
        [code(f.name), code(f.annotation), code(f.default), said.get(f.name, "")]
        for f in fields(found)
    )
    heads = ["Field", "Type", "Default", "What it is"]
    return [f"#### `{found.name}`", "", *spaced([*doc.paragraphs, *more]), *table(heads, rows)]


def _head(node: ast.FunctionDef) -> list[str]:
    return ["```python", signature(node).replace("c.", ""), "```", ""]


def _about(group: str) -> list[str]:
    return spaced(find(_MODULE, group).doc.paragraphs)


def _time(milliseconds: int) -> str:
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds // 1_000} s"
