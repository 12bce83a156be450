"""What a plugin is made of and leans on, in values that admin and command line show alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.requirements import Requirement

from core.host.contracts import KINDS
from core.host.loading import LoadedPlugin
from core.host.manifest import fits
from core.host.snapshot import Row, Standing


@dataclass(frozen=True)
class Dependency:
    """Another plugin that one needs.

    Args:
        name: of the other.
        wanted: as it stands in ``plugin.toml``, with its range of versions.
        version: of the other that is installed; empty when none is.
        standing: where the other stands; ``None`` when it is not even here.
        is_met: whether nothing more has to be done.
    """

    name: str
    wanted: str
    version: str
    standing: Standing | None
    is_met: bool


@dataclass(frozen=True)
class Use:
    """One way in which a plugin takes part.

    Args:
        kind: ``fact``, ``check`` or the name of a field of ``Contributions``.
        what: hook, region, address or key.
        key: its own key; empty for facts and checks.
    """

    kind: str
    what: str
    key: str = ""


def dependencies_of(
    plugin: LoadedPlugin, rows: Mapping[str, Row], standings: Mapping[str, Standing]
) -> list[Dependency]:
    """The plugins that a plugin requires, each with where it stands now."""
    found = []
    for text in plugin.manifest.requires:
        wanted = Requirement(text)
        name = wanted.name.replace("-", "_")
        row, standing = rows.get(name), standings.get(name)
        is_met = (
            standing is Standing.ENABLED
            and row is not None
            and fits(row.version, str(wanted.specifier))
        )
        found.append(Dependency(name, text, row.version if row else "", standing, is_met))
    return found


def needed_by(name: str, plugins: Mapping[str, LoadedPlugin]) -> list[str]:
    """The plugins that require one."""
    return [key for key, other in plugins.items() if name in other.manifest.required_names]


def uses_of(plugin: LoadedPlugin) -> list[Use]:
    """Everything a plugin takes part in: what it adds, kind by kind, then checks and facts."""
    found = [
        Use(field, _place(item), getattr(item, "key", ""))
        for field, _ in KINDS.values()
        for item in getattr(plugin.contributions, field)
    ]
    found += [Use("order_freezes", name) for name in plugin.contributions.order_freezes]
    found += [Use("check", name) for name in sorted(plugin.hooks) if name.startswith("check_")]
    return found + [Use("fact", name) for name in plugin.facts]


def _place(item: Any) -> str:
    """Where a descriptor is seen: its region or address, else its key or name."""
    for name in ("region", "path", "key", "name"):
        if value := getattr(item, name, None):
            return str(value)
    return type(item).__name__
