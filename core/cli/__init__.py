"""The ``banyan`` command. Subcommands are imported when they are used, so help is quick."""

import os
import sys

import click

from core import __version__
from core.cli.chosen_store import turn_to_demo
from core.cli.lazy import LazyGroup
from core.config import ROOT

COMMANDS = {
    "demo": ("core.cli.demo:demo", "Open a filled store on this machine."),
    "run": ("core.cli.running:run", "Serve the store: web, worker and a private Valkey."),
    "worker": ("core.cli.running:worker", "Deliver facts and run jobs."),
    "db": ("core.cli.database:db", "Schema of the database."),
    "plugin": ("core.cli.plugins:plugin", "Plugins: list, install, switch, upgrade, remove."),
    "events": ("core.cli.events:events", "Facts on their way to plugins."),
    "jobs": ("core.cli.jobs:jobs", "Scheduled work."),
    "ledger": ("core.cli.ledger:ledger", "The books."),
    "members": ("core.cli.members:members", "Shoppers: play following (sandbox only)."),
    "referrals": ("core.cli.referrals:referrals", "Who was referred by whom."),
    "import": ("core.cli.importing:importing", "Take in catalogues."),
    "replay": ("core.cli.replay:replay", "Play real invoices as orders."),
    "staff": ("core.cli.staff:staff", "People who work in the store."),
    "clock": ("core.cli.clock:clock", "The store's clock (sandbox only)."),
    "routes": ("core.cli.routes:routes", "Every address and who may use it."),
    "doctor": ("core.cli.doctor:doctor", "Explain this installation."),
    "x": ("core.cli.contributed:contributed", "Commands of plugins."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="banyan")
@click.pass_context
def banyan(context: click.Context) -> None:
    """Banyan: a small store whose branches are plugins."""
    demo = turn_to_demo(context.invoked_subcommand or "", os.environ, ROOT / "instance")
    if demo is not None:
        click.echo(f"(the demo store in {demo}; BANYAN_INSTANCE names another)", err=True)


def main() -> None:
    """Entry point: errors of the shop become one sentence and exit code 1."""
    from core.cli.reporting import explain_failure

    try:
        banyan(standalone_mode=True)
    except Exception as error:  # noqa: BLE001 - told apart below, what is unknown is raised again
        sys.exit(explain_failure(error))
