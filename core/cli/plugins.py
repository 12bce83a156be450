"""``banyan plugin``: a plugin's life from the command line."""

from collections.abc import Callable
from typing import Any

import click

from core.cli.plugin_check import check
from core.cli.plugin_looks import health, permissions, reasons, show
from core.cli.plugin_new import new
from core.cli.reporting import actor, counted, json_option, opened_shop, report, table
from core.host.host import PluginHost
from core.host.planning import Plan
from core.kernel.errors import Rejected
from core.kernel.money import format_yuan

Act = Callable[[PluginHost, str, str], str]
"""Does something to a plugin, for somebody, and says what came of it."""
_NOTHING = "nothing to do"


@click.group()
def plugin() -> None:
    """Plugins: list, look at, install, switch, upgrade, remove."""


for command in (show, permissions, health, new, check):
    plugin.add_command(command)


@plugin.command("list")
@json_option
def list_plugins(as_json: bool) -> None:
    """Every plugin, where it stands, and why it does not take part."""
    with opened_shop() as shop:
        host = shop.plugins
        rows, why = host.snapshot().rows, reasons(shop)
        found = []
        for name, standing in host.standings().items():
            known, row = host.plugins.get(name), rows.get(name)
            found.append(
                {
                    "name": name,
                    "version": known.manifest.version if known else "",
                    "installed_version": row.version if row else None,
                    "standing": standing.value,
                    "reason": why[name],
                    "folder": known.manifest.folder if known else None,
                }
            )
    lines = [[f["name"], f["version"], f["standing"], f["reason"]] for f in found]
    text = table(["Plugin", "Version", "Standing", "Reason"], lines) if found else "No plugins."
    report({"plugins": found}, text, as_json=as_json)


@plugin.command()
@click.argument("name")
@json_option
def install(name: str, as_json: bool) -> None:
    """Run NAME's migrations and remember it, switched off."""
    _act(name, _done(PluginHost.install, "installed"), as_json)


@plugin.command()
@click.argument("name")
@json_option
def enable(name: str, as_json: bool) -> None:
    """Switch NAME on in every process; installs it when it is not. Also lifts a pause."""

    def act(host: PluginHost, name: str, who: str) -> None:
        host.install(name, who)
        host.enable(name, who)

    _act(name, _done(act, "on"), as_json)


@plugin.command()
@click.argument("name")
@json_option
def disable(name: str, as_json: bool) -> None:
    """Switch NAME off in every process; its data stay."""
    _act(name, _done(PluginHost.disable, "off"), as_json)


@plugin.command()
@click.argument("name")
@click.option("--plan", "is_plan", is_flag=True, help="Show what would be run; run nothing.")
@json_option
def upgrade(name: str, is_plan: bool, as_json: bool) -> None:
    """Run NAME's new migrations and remember its version."""

    def act(host: PluginHost, name: str, who: str) -> str:
        return "upgraded" if host.upgrade(name, who) else f"{_NOTHING}: it is up to date"

    if not is_plan:
        _act(name, act, as_json)
        return
    with opened_shop() as shop:
        plan = shop.plugins.plan(name)
    report({**vars(plan), "steps": [vars(s) for s in plan.steps]}, _in_words(plan), as_json=as_json)


def _in_words(plan: Plan) -> str:
    """A plan for people."""
    if not plan.is_needed:
        return f"{plan.plugin} {plan.after}: {_NOTHING}"
    lines = [f"{plan.plugin}: {plan.before or 'not installed'} → {plan.after}"]
    for step in plan.steps:
        lines += ["", f"{step.revision}  {step.says}", f"  tables: {', '.join(step.tables) or '–'}"]
        sql = step.sql or "-- decides by looking at the database; no SQL can be shown beforehand"
        lines += [f"  {line}" for line in sql.splitlines()]
    return "\n".join(lines)


@plugin.command()
@click.argument("name")
@click.option("--remove-data", is_flag=True, help="Also drop its tables, for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def uninstall(name: str, remove_data: bool, yes: bool, as_json: bool) -> None:
    """Forget NAME; its tables are kept unless --remove-data is given.

    Nothing is done, and that is no error, when it is not installed and (with --remove-data) nothing
    of it is left.
    """

    def act(host: PluginHost, name: str, who: str) -> str:
        is_installed = name in host.snapshot().rows
        is_kept = remove_data and host.has_data(name)
        if not (is_installed or is_kept):
            host.known(name)
            why = "it is not installed and has no data" if remove_data else "it is not installed"
            return f"{_NOTHING}: {why}"
        if remove_data:
            _make_sure(host, name, yes, as_json)
        if is_installed:
            host.uninstall(name, who)
        if remove_data:
            host.remove_data(name, who)
        done = ["uninstalled"] if is_installed else []
        return ", ".join([*done, *(["data removed"] if remove_data else [])])

    _act(name, act, as_json)


@plugin.command("remove-data")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove_data(name: str, yes: bool, as_json: bool) -> None:
    """Drop what NAME, which is uninstalled, left behind: its tables and all they hold.

    Nothing is done, and that is no error, when nothing of it is left.
    """

    def act(host: PluginHost, name: str, who: str) -> str:
        if name not in host.snapshot().rows and not host.has_data(name):
            return f"{_NOTHING}: it has no data"
        _make_sure(host, name, yes, as_json)
        host.remove_data(name, who)
        return "data removed"

    _act(name, act, as_json)


def _make_sure(host: PluginHost, name: str, is_sure: bool, as_json: bool) -> None:
    """Let somebody type the plugin's name.

    Raises:
        Rejected: a program asks, which cannot type.
    """
    if is_sure:
        return
    owed = _owed(host, name)
    if as_json:
        raise Rejected(
            "plugins.unconfirmed",
            "Everything that “%(name)s” stored would be lost.%(owed)s Say --yes if that is meant.",
            name=name,
            owed=owed,
        )
    click.echo(f"Everything that {name} stored will be lost.{owed}", err=True)
    if click.prompt("Type its name to go on", err=True, default="") != name:
        raise click.Abort


def _owed(host: PluginHost, name: str) -> str:
    """What goes beside its tables, in sentences: money of members, events that wait for it."""
    owed, waiting = host.still_owed(name), host.facts_waiting(name)
    told = ""
    if owed.people:
        told += (
            f" Members still have ¥{format_yuan(owed.amount_fen)} on accounts of it "
            f"({counted(owed.people, 'member')}): the books keep it, but nobody sees or withdraws "
            "it while the plugin is away, and what has not settled yet never will."
        )
    if waiting:
        told += f" What it has not heard yet goes as well ({counted(waiting, 'event')})."
    return told


def _done(act: Callable[[PluginHost, str, str], Any], outcome: str) -> Act:
    """An act that has one outcome."""

    def run(host: PluginHost, name: str, who: str) -> str:
        act(host, name, who)
        return outcome

    return run


def _act(name: str, act: Act, as_json: bool) -> None:
    """Do something to a plugin and report what came of it."""
    with opened_shop() as shop:
        outcome = act(shop.plugins, name, actor())
        standing = shop.plugins.standings().get(name)
    found = {
        "plugin": name,
        "outcome": outcome,
        "is_changed": not outcome.startswith(_NOTHING),
        "standing": standing,
    }
    report(found, f"{name}: {outcome}", as_json=as_json)
