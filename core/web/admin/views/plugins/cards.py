"""A plugin as the list and its own pane show it."""

from collections.abc import Mapping
from zlib import crc32

from core.host.describing import uses_of
from core.host.host import LoadedPlugin, PluginHost, Standing
from core.host.migrations import head_of
from core.host.pauses import Pause
from core.host.planning import old_code
from core.host.snapshot import Row
from core.kernel.values import dataclass
from core.web import i18n
from core.web.admin import naming

ATTENTION = frozenset(
    {
        Standing.QUARANTINED,
        Standing.PAUSED,
        Standing.OUTDATED,
        Standing.WAITING,
        Standing.MISSING,
    }
)
INSTALLED = frozenset(set(Standing) - {Standing.AVAILABLE, Standing.QUARANTINED})
_HUES = 6


@dataclass(frozen=True)
class Card:
    """A plugin in the list.

    Args:
        standing: a value of :class:`Standing`, or ``safe_mode`` while the whole store holds it off.
        note: why it takes no part, or why the shop must start again; translated, mostly empty.
        is_on: whether the merchant switched it on.
        can_switch: whether the switch means something now.
        to_version: version that an upgrade would bring; empty when it is the installed one.
        is_outdated: whether an upgrade waits: a new version, or tables to be made.
    """

    name: str
    title: str
    summary: str
    version: str
    installed_version: str
    author: str
    icon: str
    hue: int
    standing: str
    note: str
    is_on: bool
    can_switch: bool
    faults: int
    parked: int
    contribution_count: int
    to_version: str
    is_outdated: bool

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should look at it."""
        return self.standing in ATTENTION or bool(self.parked or self.note)


def cards_of(
    plugins: PluginHost,
    faults: dict[str, int],
    parked: dict[str, int],
    failures: Mapping[str, Pause],
    *,
    is_safe_mode: bool,
) -> list[Card]:
    """Every discovered or installed plugin: what runs first, then what could.

    ``failures`` are why the newest install or update failed, by plugin.
    """
    rows = plugins.snapshot().rows
    found = []
    for name, standing in plugins.standings().items():
        plugin, row = plugins.plugins.get(name), rows.get(name)
        shown = "safe_mode" if is_safe_mode and standing is Standing.ENABLED else str(standing)
        manifest = plugin.manifest if plugin else None
        restart = old_code(plugin) if plugin and plugin.is_sound and plugin.is_loaded else None
        to_version = "" if restart else _newer(plugin, row)
        is_outdated = bool(to_version) or (restart is None and _is_behind(plugin, row))
        failure = failures.get(name) if is_outdated or standing is Standing.AVAILABLE else None
        found.append(
            Card(
                name=name,
                title=manifest.label_in(i18n.locale()) if manifest else name,
                summary=manifest.description_in(i18n.locale()) if manifest else "",
                version=manifest.version if manifest else (row.version if row else ""),
                installed_version=row.version if row else "",
                author=manifest.author if manifest else "",
                icon=(manifest.icon if manifest else "") or "puzzle",
                hue=crc32(name.encode()) % _HUES,
                standing=shown,
                note=i18n.translate_error(restart)
                if restart
                else _note(plugin, standing, row.pause if row else None, failure),
                is_on=bool(row and row.is_enabled),
                can_switch=bool(row and row.is_enabled)
                or standing not in (Standing.QUARANTINED, Standing.MISSING),
                faults=faults.get(name, 0),
                parked=parked.get(name, 0),
                contribution_count=_contribution_count(plugin),
                to_version=to_version,
                is_outdated=is_outdated,
            )
        )
    return sorted(found, key=lambda card: (not card.is_on, card.standing == "available", card.name))


def _note(
    plugin: LoadedPlugin | None, standing: Standing, pause: Pause | None, failure: Pause | None
) -> str:
    if standing is Standing.PAUSED and pause is not None:
        return naming.why_plugin(pause.message, pause.params)
    if plugin is not None and plugin.quarantine is not None:
        return i18n.translate_error(plugin.quarantine)
    if failure is not None:
        why = i18n.sentence(failure.message, failure.params)
        return i18n.sentence("The last try failed. %(why)s", {"why": why})
    if standing is Standing.WAITING and plugin is not None:
        names = ", ".join(plugin.manifest.requires)
        return i18n.sentence("It needs %(names)s to take part.", {"names": names})
    if standing is Standing.MISSING:
        return i18n.gettext("Its folder is gone; its data are kept.")
    return ""


def _is_behind(plugin: LoadedPlugin | None, row: Row | None) -> bool:
    """Whether tables are to be made or changed, be it on or off."""
    if plugin is None or row is None or not (plugin.is_sound and plugin.is_loaded):
        return False
    return row.schema_revision != head_of(plugin.manifest.folder)


def _newer(plugin: LoadedPlugin | None, row: Row | None) -> str:
    """The version of the code, where another one is installed."""
    if plugin is None or row is None or not plugin.is_sound:
        return ""
    return plugin.manifest.version if plugin.manifest.version != row.version else ""


def _contribution_count(plugin: LoadedPlugin | None) -> int:
    return len(uses_of(plugin)) if plugin else 0


def places_of(plugin: LoadedPlugin) -> list[str]:
    """Where a plugin takes part, each place once: regions, addresses, keys, checks, facts."""
    return list(dict.fromkeys(use.what for use in uses_of(plugin)))
