"""All rules of ``banyan plugin check``, run over one plugin."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from core.authoring.checks import (
    anatomy,
    blocks,
    contributions,
    hooks,
    imports,
    tables,
    templates,
    texts,
)
from core.authoring.findings import Finding, Level
from core.authoring.source import PluginSource
from core.kernel.values import dataclass

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
    """What was found in one plugin.

    Args:
        source: the plugin.
        findings: in the order of files and lines.
        unseen: keys of blocks that stayed away from every page, so that nobody knows their weight.
    """

    source: PluginSource
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that fail the check."""
        return tuple(each for each in self.findings if each.rule.level is Level.ERROR)


_BLOCKING = frozenset({"P103", "P108", "P401", "P402", "P405", "P406"})
"""With these, running anything of the plugin would only say the same once more."""


def check_plugin(
    source: PluginSource, *, with_migrations: bool = True, with_blocks: bool = True
) -> Verdict:
    """Hold a plugin against every rule, in the order of files and lines.

    The plugin is read, not imported here. Its migrations are run on a SQLite file of their own, and
    its blocks are rendered in a process and a store of their own, unless the files alone have
    faults that make this pointless.

    Args:
        source: the plugin's files.
        with_migrations: ``False`` leaves the running out.
        with_blocks: ``False`` leaves the rendering out.
    """
    found = [finding for rule in _STATIC for finding in rule(source)]
    if with_migrations and not _is_blocked(found):
        found += tables.run(source)
    seen = blocks.render(source) if with_blocks and not _is_blocked(found) else blocks.Seen()
    unique = dict.fromkeys([*found, *seen.findings])
    ordered = tuple(sorted(unique, key=lambda f: (str(f.path), f.line, f.code)))
    return Verdict(source, ordered, seen.unseen)


def _is_blocked(found: Iterable[Finding]) -> bool:
    return any(finding.code in _BLOCKING for finding in found)


def place_of(finding: Finding, base: Path) -> str:
    """``file:line`` as people read it, below ``base`` where possible."""
    path = finding.path
    shown = path.relative_to(base).as_posix() if path.is_relative_to(base) else path.as_posix()
    return f"{shown}:{finding.line}" if finding.line else shown
