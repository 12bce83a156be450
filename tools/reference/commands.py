"""``commands.md``: every ``banyan`` command with its arguments and options."""

from collections.abc import Iterator

import click

from core.cli import banyan
from tools.reference.markdown import code, finish, head, inline, spaced, table

_PLAIN = (str, int, float, tuple)


def page() -> str:
    """The page."""
    lines = head(
        "Commands",
        "What the `banyan` command knows. Plugins bring more under `banyan x` "
        "([`Command`](hooks.md#command)). A command that fails says so in one sentence and ends "
        "with 1.",
    )
    for words, command in commands():
        lines += [f"## `{' '.join(words)}`", "", "```", _usage(words, command), "```", ""]
        lines += spaced(_help(command))
        lines += table(
            ["Argument or option", "Takes", "Default", "What it does"],
            (_row(each) for each in command.params),
        )
    return finish(lines)


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    yield from _below(("banyan",), banyan)


def _below(
    words: tuple[str, ...], command: click.Command
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in sorted(command.list_commands(context)):
        found = command.get_command(context, name)
        if found is not None and not found.hidden:
            yield from _below((*words, name), found)


def _help(command: click.Command) -> list[str]:
    text = (command.help or "").partition("\f")[0].replace("\b", "")
    return [inline(" ".join(block.split())) for block in text.split("\n\n") if block.strip()]


def _usage(words: tuple[str, ...], command: click.Command) -> str:
    return " ".join((*words, *command.collect_usage_pieces(click.Context(command))))


def _row(param: click.Parameter) -> list[str]:
    if isinstance(param, click.Option):
        names = ", ".join(code(each) for each in (*param.opts, *param.secondary_opts))
        takes = "" if param.is_flag else _takes(param)
        return [names, takes, _default(param), inline(param.help or "")]
    return [code(param.make_metavar(click.Context(click.Command("")))), _takes(param), "", ""]


def _takes(param: click.Parameter) -> str:
    if isinstance(param.type, click.Choice):
        return " or ".join(code(each) for each in param.type.choices)
    many = ", several" if param.nargs == -1 or getattr(param, "multiple", False) else ""
    return param.type.name.lower().replace("_", " ") + many


def _default(param: click.Option) -> str:
    value = param.default
    if param.is_flag or not isinstance(value, _PLAIN) or value in ("", (), None):
        return ""
    return code(" ".join(value) if isinstance(value, tuple) else value)
