"""``banyan demo``: a filled store on this machine, in sandbox mode."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.cli.reporting import table
from core.config import ROOT

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
    from core.cli.serving import Plan, serve
    from core.config import load_config
    from core.demo.store import Filler
    from core.host.shop import open_shop

    config = load_config()
    shop = open_shop(config)
    people = Filler(shop, click.echo).fill()
    shop.close()
    accounts = ["", *_accounts(people), ""]
    if fill_only:
        click.echo("\n".join(accounts))
        return
    accounts += ["Commands " + _command(config.instance), ""]
    serve(config, Plan(host, port), lambda lines: click.echo("\n".join([*accounts, *lines])))


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
