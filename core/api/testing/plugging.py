"""Plugins made within a test, and plugins whose functions are replaced for a while."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from core.api.contributions import Contributions
from core.db import state
from core.host.loading import LoadedPlugin
from core.host.manifest import Manifest
from core.host.shop import Shop

_WHOLE = frozenset({"settings", "order_freezes"})  # one thing, not a list of descriptors


def plug_in(
    shop: Shop,
    name: str,
    *,
    hooks: Mapping[str, Callable[..., Any]] | None = None,
    **contributions: Any,
) -> None:
    """Install and switch on a plugin that exists in this test only.

    Args:
        shop: where.
        name: of the plugin; its keys start with it.
        hooks: ``check_*`` hooks and facts by name, called with all their arguments by name.
        contributions: descriptors by kind, such as ``blocks=[…]``, or ``settings=schema``. Pages
            need an ``app`` that is made afterwards.
    """
    made: dict[str, Any] = {
        kind: part if kind in _WHOLE else tuple(part) for kind, part in contributions.items()
    }
    manifest = Manifest(name=name, version="1.0", folder=shop.config.instance / "made" / name)
    put(
        shop,
        name,
        LoadedPlugin(
            manifest,
            contributions=Contributions(**made),
            hooks=MappingProxyType(dict(hooks or {})),
        ),
    )
    shop.plugins.install(name, "test")
    shop.plugins.enable(name, "test")


@contextmanager
def swapped(shop: Shop, name: str, loaded: LoadedPlugin) -> Iterator[None]:
    """Another version of a loaded plugin for a while; a pause that it brought about is lifted."""
    before = shop.plugins.plugins[name]
    put(shop, name, loaded)
    try:
        yield
    finally:
        shop.plugins.faults.flush()
        put(shop, name, before)
        shop.plugins.enable(name, "test")


def put(shop: Shop, name: str, loaded: LoadedPlugin) -> None:
    """Have the shop's host know a plugin, and everybody who keeps something look again."""
    shop.plugins._plugins[name] = loaded  # noqa: SLF001 - the kit stands in for discovery
    with shop.database.write() as session:
        state.bump(session, state.PLUGINS)
    shop.counters.refresh(force=True)


_FUNCTIONS = ("apply", "context", "view", "load", "run", "search", "open", "configure", "check")


def sabotage(loaded: LoadedPlugin, hook: str, boom: Callable[..., Any]) -> LoadedPlugin:
    """A plugin of which one hook, or every function of one kind of contribution, raises.

    Args:
        loaded: the plugin.
        hook: a ``check_*`` hook, a fact, or a field of ``Contributions`` such as ``blocks``.
        boom: what is called instead.
    """
    if hook in loaded.hooks:
        return replace(loaded, hooks=MappingProxyType({**loaded.hooks, hook: boom}))
    found = getattr(loaded.contributions, hook)
    if isinstance(found, Mapping):
        broken: Any = dict.fromkeys(found, boom)
    elif isinstance(found, tuple):
        broken = tuple(_broken(item, boom) for item in found)
    else:
        broken = _broken(found, boom)
    return replace(loaded, contributions=replace(loaded.contributions, **{hook: broken}))


def _broken(item: Any, boom: Callable[..., Any]) -> Any:
    functions = {name: boom for name in _FUNCTIONS if callable(getattr(item, name, None))}
    return replace(item, **functions) if functions else item


def kinds_of(loaded: LoadedPlugin) -> list[str]:
    """Every hook and kind of contribution that a plugin really uses."""
    kinds = [name for name in vars(loaded.contributions) if getattr(loaded.contributions, name)]
    return [*kinds, *loaded.hooks]
