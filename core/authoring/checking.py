"""All rules of ``banyan plugin check``, run over one plugin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.authoring.checks import anatomy, contributions, hooks, imports, tables, templates, texts
from core.authoring.findings import Finding, Level
from core.authoring.source import PluginSource

_STATIC: tuple[Callable[[PluginSource], Iterator[Finding]], ...] = (
    anatomy.check,
    imports.check,
    hooks.check,
    contributions.check,
    tables.check,
    texts.check,
    templates.check,
)


@dataclass(frozen=True)
class Verdict:
    """What was found in one plugin."""

    source: PluginSource
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that fail the check."""
        return tuple(each for each in self.findings if each.rule.level is Level.ERROR)


def check_plugin(source: PluginSource, *, with_migrations: bool = True) -> Verdict:
    """Hold a plugin against every rule, in the order of files and lines.

    The plugin is read, not imported. Its migrations are run on a SQLite file of their own, unless
    the files alone have faults that make this pointless.

    Args:
        source: the plugin's files.
        with_migrations: ``False`` leaves the running out.
    """
    found = [finding for rule in _STATIC for finding in rule(source)]
    blocking = {"P103", "P108", "P401", "P402", "P405"}
    if with_migrations and not blocking & {finding.code for finding in found}:
        found += tables.run(source)
    unique = dict.fromkeys(found)
    return Verdict(source, tuple(sorted(unique, key=lambda f: (str(f.path), f.line, f.code))))


def place_of(finding: Finding, base: Path) -> str:
    """``file:line`` as people read it, below ``base`` where possible."""
    path = finding.path
    shown = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()
    return f"{shown}:{finding.line}" if finding.line else shown
