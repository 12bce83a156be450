"""A command group that imports a subcommand only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click


class LazyGroup(click.Group):
    """A group of subcommands given as ``name → ("module:attribute", short help)``.

    A subcommand whose module is not there (an extra that is not installed) is left out.
    """

    def __init__(
        self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they were given."""
        return [*super().list_commands(ctx), *(name for name in self._lazy if self._is_there(name))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a subcommand; ``None`` for an unknown one."""
        if cmd_name in self._lazy and self._is_there(cmd_name):
            module, _, attribute = self._lazy[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List subcommands without importing them."""
        rows = [(name, self._lazy[name][1]) for name in self._lazy if self._is_there(name)]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(70)))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def _is_there(self, name: str) -> bool:
        return find_spec(self._lazy[name][0].partition(":")[0]) is not None
