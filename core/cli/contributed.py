"""``banyan x <plugin> <command>``: commands that plugins bring."""

from typing import Any

import click

from core.api.contributions import Command
from core.cli.reporting import actor, opened_shop, report, to_json
from core.host.shop import Shop
from core.host.work import Work
from core.kernel.errors import NotFound, PluginError, ShopError


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("plugin", required=False)
@click.argument("command", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def contributed(plugin: str | None, command: str | None, arguments: tuple[str, ...]) -> None:
    """Commands of plugins: `banyan x PLUGIN COMMAND …`; alone, it lists them."""
    with opened_shop() as shop:
        known = {(name, item.name): item for name, item in shop.plugins.contributions("commands")}
        if plugin is None or command is None:
            listed = [
                f"{name} {item.name}  {item.help}"
                for (name, _), item in known.items()
                if plugin in {None, name}
            ]
            report(listed, "\n".join(listed) or "No plugin brings commands.", as_json=False)
            return
        found = known.get((plugin, command))
        if found is None:
            raise NotFound(
                "plugins.command",
                "No plugin that is on brings the command “%(plugin)s %(command)s”.",
                plugin=plugin,
                command=command,
            )
        answer = _run(shop, plugin, found, arguments)
    if answer is not None:
        click.echo(answer if isinstance(answer, str) else to_json(answer))


def _run(shop: Shop, plugin: str, command: Command, arguments: tuple[str, ...]) -> Any:
    """Run a command, guarded like everything of a plugin; what it says by a ``ShopError`` counts.

    Raises:
        PluginError: it failed; the fault is counted and logged.
    """
    said: list[ShopError] = []
    work = Work(shop, shop.plugins.settings_of(plugin), actor=actor())
    with shop.plugins.guard(plugin, f"command:{plugin}.{command.name}"):
        try:
            return command.run(work, list(arguments))
        except ShopError as error:
            said.append(error)
    if said:
        raise said[0]
    shop.plugins.faults.flush()  # this process ends before they would be written by themselves
    raise PluginError(
        "plugins.command_failed",
        "The command “%(plugin)s %(command)s” failed.",
        plugin=plugin,
        command=command.name,
    )
