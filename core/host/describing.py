"""What a plugin is made of and leans on, in values that admin and command line show alike."""

from collections.abc import Mapping
from typing import Any

from core.host.contracts import KINDS
from core.host.loading import LoadedPlugin
from core.host.manifest import fits
from core.host.snapshot import Row, Standing, versions_of
from core.kernel.values import dataclass


@dataclass(frozen=True)
class Dependency:
    """Another plugin that one needs.

    Args:
        name: of the other.
        wanted: as it stands in ``plugin.toml``, with its range of versions.
        version: of the other, installed or running: one that does not fit, where there is one;
            empty when it is not installed.
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
    plugin: LoadedPlugin,
    rows: Mapping[str, Row],
    plugins: Mapping[str, LoadedPlugin],
    standings: Mapping[str, Standing],
) -> list[Dependency]:
    """The plugins that a plugin requires, each with where it stands now."""
    found = []
    pairs = zip(plugin.manifest.requires, plugin.manifest.requirements, strict=True)
    for text, (name, wanted) in pairs:
        versions = versions_of(name, rows, plugins)
        wrong = [version for version in versions if not fits(version, wanted)]
        standing = standings.get(name)
        is_met = standing is Standing.ENABLED and not wrong
        found.append(Dependency(name, text, [*wrong, *versions, ""][0], standing, is_met))
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
