"""``banyan events``: facts on their way to plugins; what is parked can be replayed or given up."""

import click

from core.cli.reporting import actor, counted, json_option, opened_shop, report, table
from core.host import deliveries


@click.group()
def events() -> None:
    """Facts on their way to plugins."""


@events.command("list")
@click.option("--plugin", help="Only this plugin's.")
@click.option("--state", type=click.Choice(["pending", "parked"]), help="Only these.")
@click.option("--limit", default=50, show_default=True)
@json_option
def list_events(plugin: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Deliveries that are not done, oldest first."""
    with opened_shop() as shop, shop.database.read() as session:
        waits = deliveries.backlog(session)
        found = deliveries.open_deliveries(session, state=state, plugin=plugin, limit=limit)
    rows = [
        [view.event_seq, view.plugin, view.name, view.state, view.tries, _last_line(view.error)]
        for view in found
    ]
    text = table(["Event", "Plugin", "Fact", "State", "Tries", "Error"], rows)
    if not rows:
        text = f"Nothing waits; {counted(waits.undispatched, 'fact')} to be handed out."
    listed = {"backlog": vars(waits), "deliveries": [vars(view) for view in found]}
    report(listed, text, as_json=as_json)


@events.command()
@click.argument("plugin")
@click.argument("event", type=int, required=False)
@json_option
def replay(plugin: str, event: int | None, as_json: bool) -> None:
    """Try PLUGIN's parked deliveries again, or only that of EVENT."""
    with opened_shop() as shop, shop.database.write() as session:
        count = deliveries.replay(session, plugin, event)
    report({"replayed": count}, f"{count} will be tried again", as_json=as_json)


@events.command()
@click.argument("plugin")
@click.argument("event", type=int)
@click.option("--reason", required=True)
@json_option
def skip(plugin: str, event: int, reason: str, as_json: bool) -> None:
    """Give a parked delivery up for good."""
    with opened_shop() as shop, shop.database.write() as session:
        deliveries.skip(session, plugin, event, actor=actor(), reason=reason)
    report({"skipped": event}, f"{event} is given up", as_json=as_json)


def _last_line(error: str) -> str:
    lines = error.strip().splitlines()
    return lines[-1][:100] if lines else ""
