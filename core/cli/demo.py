"""``banyan demo``: a filled store on this machine, in sandbox mode."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.reporting import table
from core.config import ROOT, Config, load_config

if TYPE_CHECKING:
    from core.demo.people import DemoPeople


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--fill-only", is_flag=True, help="Fill the store and end.")
def demo(host: str, port: int, fill_only: bool) -> None:
    """Open a filled store on this machine; one Ctrl-C ends all of it.

    Lives in instance/demo, unless BANYAN_INSTANCE or DATABASE_URL name another place; delete that
    folder to begin anew.
    """
    os.environ.setdefault("BANYAN_INSTANCE", str(ROOT / "instance" / "demo"))
    os.environ["BANYAN_SANDBOX"] = "1"
    config = load_config()
    if fill_only:
        _fill(config)
        return
    from core.cli.serving import Plan, check_port, serve

    plan = Plan(host, port)
    check_port(plan)
    _fill_elsewhere(config)
    commands = ["Commands " + _command(config.instance), ""]
    serve(config, plan, lambda lines: click.echo("\n".join([*commands, *lines])))


def _fill(config: Config) -> None:
    """Fill the store and say who can sign in."""
    from core.demo.store import Filler
    from core.host.shop import open_shop

    shop = open_shop(config)
    people = Filler(shop, click.echo).fill()
    shop.close()
    click.echo("\n".join(["", *_accounts(people), ""]))


def _fill_elsewhere(config: Config) -> None:
    """Fill the store in a child, so that the process which serves stays small.

    Raises:
        SystemExit: the filling failed, and has said why; its exit code is ours.
    """
    from core.cli.serving import environment_of
    from core.embedded.process import start_child, stop_child

    argv = [sys.executable, "-m", "core.cli", "demo", "--fill-only"]
    child = start_child(argv, folder=ROOT, log=None, env=environment_of(config))
    try:
        code = child.wait()
    finally:
        stop_child(child, signal.SIGTERM)
    if code < 0:
        click.echo(f"The store was not filled: signal {-code} ended it.", err=True)
    if code:
        sys.exit(code if code > 0 else 1)


def _command(instance: Path) -> str:
    """What to type in another window, such as to let days pass."""
    command = os.path.relpath(Path(sys.executable).with_name("banyan"))
    typed = f"{command} clock advance 8d, {command} ledger verify, {command} doctor"
    if os.environ.get("DATABASE_URL") or instance != ROOT / "instance" / "demo":
        same = " and the same DATABASE_URL" if os.environ.get("DATABASE_URL") else ""
        typed += f"\n         with BANYAN_SANDBOX=1, BANYAN_INSTANCE={instance}{same}"
    return typed


def _accounts(people: "DemoPeople") -> list[str]:
    rows = [
        (each.role, each.name, each.login, each.phone or "-", each.password)
        for each in (*people.staff, *people.members)
    ]
    lines = table(("Role", "Name", "E-mail", "Phone", "Password"), rows).splitlines()
    return [*lines, "Codes sent to phones appear here and in admin under Messages."]
