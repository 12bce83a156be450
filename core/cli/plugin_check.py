"""``banyan plugin check``: a plugin held against the rules of the house."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.reporting import counted, is_colourful, json_option, report
from core.kernel.errors import NotFound

if TYPE_CHECKING:
    from core.authoring.checking import Verdict
    from core.authoring.source import PluginSource


@click.command("check")
@click.argument("what", metavar="[PATH|NAME]", default=".")
@click.option("--no-migrations", is_flag=True, help="Do not run its migrations.")
@click.option("--no-blocks", is_flag=True, help="Do not render its blocks.")
@json_option
def check(what: str, no_migrations: bool, no_blocks: bool, as_json: bool) -> None:
    """Hold a plugin against the rules; PATH is its folder or distribution, or NAME it is known by.

    Its files are read. Its migrations are run on a database, and its blocks rendered in a store,
    that are made for it and thrown away.

    Exit code 1 when there are errors; warnings do not fail it.
    """
    from core.authoring.checking import check_plugin

    verdicts = [
        check_plugin(each, with_migrations=not no_migrations, with_blocks=not no_blocks)
        for each in _found(what)
    ]
    found = {"plugins": [_as_json(verdict) for verdict in verdicts]}
    report(found, "\n\n".join(_as_text(each) for each in verdicts), as_json=as_json)
    if any(verdict.errors for verdict in verdicts):
        sys.exit(1)


def _found(what: str) -> "list[PluginSource]":
    """Plugins of a path; else the one of a name, among those that this installation finds."""
    from core.authoring.source import locate, read
    from core.config import load_config
    from core.host.discovery import find_plugins

    path = Path(what)
    if path.is_dir():
        return locate(path)
    config = load_config()
    for item in find_plugins(config.plugin_dirs, use_entry_points=config.use_entry_points):
        if what in {item.manifest.name, item.key}:
            folder = item.manifest.folder
            root = folder.parent
            if (root / "pyproject.toml").is_file() and not item.package.startswith("plugins."):
                return locate(folder)
            is_own = item.package.startswith("plugins.")
            points = {} if is_own else {item.manifest.name: item.package}
            return [read(folder, folder, item.package, points)]
    raise NotFound(
        "authoring.unknown",
        "There is neither a folder nor a plugin called “%(what)s”.",
        what=what,
    )


def _as_json(verdict: "Verdict") -> dict[str, Any]:
    return {
        "name": verdict.source.name,
        "folder": verdict.source.folder,
        "errors": len(verdict.errors),
        "warnings": len(verdict.findings) - len(verdict.errors),
        "unseen_blocks": verdict.unseen,
        "findings": [
            {
                "code": each.code,
                "level": each.rule.level,
                "path": each.path,
                "line": each.line,
                "sentence": each.sentence,
                "rule": each.rule.title,
                "fix": each.fix,
            }
            for each in verdict.findings
        ],
    }


def _as_text(verdict: "Verdict") -> str:
    from core.authoring.checking import place_of

    source, lines = verdict.source, []
    for each in verdict.findings:
        colour = "red" if each in verdict.errors else "yellow"
        code = click.style(each.code, fg=colour, bold=True) if is_colourful() else each.code
        lines.append(f"{place_of(each, source.root)}: {code} {each.sentence}")
        lines.append(f"    {each.rule.title}. {each.fix}")
    warnings = len(verdict.findings) - len(verdict.errors)
    if verdict.unseen:
        unseen = ", ".join(verdict.unseen)
        lines.append(f"{source.name}: not weighed, for it showed nothing: {unseen}.")
    if not verdict.findings:
        return "\n".join([*lines, f"{source.name}: nothing to mend."])
    told = counted(len(verdict.errors), "error"), counted(warnings, "warning")
    lines.append(f"{source.name}: {', '.join(told)}.")
    return "\n".join(lines)
