"""Importing a plugin and asking what it contributes, with everything it may break held off.

A plugin that cannot be imported, implements hooks that do not exist, or raises while it registers
is quarantined with the reason; nothing of it is left behind.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, cast

import pluggy
import sqlalchemy as sa
from sqlalchemy.orm import Mapper, configure_mappers

from core.api import hooks
from core.api.contributions import Contributions
from core.db.base import Base
from core.host.contracts import collect
from core.host.discovery import Found
from core.host.faults import is_of_the_keyboard
from core.host.manifest import Manifest
from core.host.migrations import head_of
from core.host.owed import noting_accounts
from core.kernel.errors import PluginError
from core.kernel.values import dataclass

Hooks = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class LoadedPlugin:
    """A plugin as this process has it.

    Args:
        manifest: what ``plugin.toml`` says.
        module: its ``plugin.py``, ``None`` in quarantine.
        contributions: what it registered; empty in quarantine.
        quarantine: why it takes no part; ``None`` when it may.
        hooks: its ``check_*`` and fact hooks by name, ready to be called with the hook's arguments.
        is_loaded: whether its code was looked at; in safe mode it is not.
    """

    manifest: Manifest
    module: ModuleType | None = None
    contributions: Contributions = field(default_factory=Contributions)
    quarantine: PluginError | None = None
    hooks: Hooks = field(default_factory=lambda: MappingProxyType({}))
    is_loaded: bool = True

    @property
    def name(self) -> str:
        """Its name."""
        return self.manifest.name

    @property
    def is_sound(self) -> bool:
        """Whether it was loaded without a fault."""
        return self.quarantine is None

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts it listens to."""
        return tuple(sorted(name for name in self.hooks if not name.startswith("check_")))


def new_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows every hook of the house."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    for specs in (hooks.RegisterHooks, hooks.CheckHooks, hooks.FactHooks):
        manager.add_hookspecs(specs)
    return manager


def load_plugin(found: Found, manager: pluggy.PluginManager) -> LoadedPlugin:
    """Import a plugin, register its hooks with pluggy and ask its ``register_*`` hooks.

    Never raises for a fault of the plugin, be it ``SystemExit``: the answer is then in quarantine.

    Raises:
        KeyboardInterrupt: somebody wants the program to end.
    """
    manifest = found.manifest
    if found.problem is not None:
        return LoadedPlugin(manifest, quarantine=found.problem)
    try:
        module = _import(found)
        implementations = _register(module, manifest.name, manager)
        contributions = collect(manifest, implementations)
        head_of(manifest.folder)
    except PluginError as error:
        return LoadedPlugin(manifest, quarantine=error)
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        return LoadedPlugin(manifest, quarantine=_fault(error))
    kept = {name: call for name, call in implementations.items() if not _is_register(name)}
    return LoadedPlugin(manifest, module, contributions, hooks=MappingProxyType(kept))


def without_code(found: Found) -> LoadedPlugin:
    """A plugin as safe mode knows it: by its manifest, nothing of it imported."""
    return LoadedPlugin(found.manifest, quarantine=found.problem, is_loaded=False)


def _import(found: Found) -> ModuleType:
    before = frozenset(Base.metadata.tables)
    try:
        if found.package.startswith("plugins."):
            _ensure_package(found.package, found.manifest.folder)
        with noting_accounts(found.package):
            module = importlib.import_module(f"{found.package}.plugin")
        _check_tables(found)
        _check_models(found.package)
    except BaseException:
        _forget(found.package, before)
        raise
    return module


def _ensure_package(package: str, folder: Path) -> None:
    """Make ``plugins.<name>`` importable from whichever folder it lies in."""
    known = sys.modules.get(package)
    if known is not None:
        if str(folder) in [str(Path(entry)) for entry in known.__path__]:
            return
        _forget(package, frozenset())
    if "plugins" not in sys.modules:
        parent = ModuleType("plugins", "The plugins of this installation.")
        parent.__path__ = []
        sys.modules["plugins"] = parent
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[package] = module
    if (folder / "__init__.py").exists():
        assert spec.loader is not None
        spec.loader.exec_module(module)
    setattr(sys.modules["plugins"], package.rpartition(".")[2], module)


def _check_tables(found: Found) -> None:
    for table in _tables_of(found.package):
        if not table.startswith(found.manifest.table_prefix):
            raise PluginError(
                "plugins.tables",
                "Its table “%(table)s” does not start with “%(prefix)s”.",
                table=table,
                prefix=found.manifest.table_prefix,
            )


def _check_models(package: str) -> None:
    """Let models and foreign keys find what they point at: one that cannot would break them all."""
    mappers = _mappers_of(package)
    if mappers:
        import core.schema  # noqa: F401 - all that they may point at
    for mapper in mappers:
        for key in cast(sa.Table, mapper.local_table).foreign_keys:
            key.column  # noqa: B018 - looks it up and raises when there is none
    configure_mappers()


def _mappers_of(package: str) -> list[Mapper[Any]]:
    return [
        mapper
        for mapper in Base.registry.mappers
        if f"{mapper.class_.__module__}.".startswith(f"{package}.")
    ]


def _tables_of(package: str) -> list[str]:
    """Tables of the models that a package defined."""
    return [str(cast(sa.Table, mapper.local_table).name) for mapper in _mappers_of(package)]


def _forget(package: str, others: frozenset[str]) -> None:
    """Leave nothing of a plugin that failed: its modules, its models, its tables.

    A model of it may stand on a table of ``others``; that stays.
    """
    tables = set(_tables_of(package)) - others
    for mapper in _mappers_of(package):
        # SQLAlchemy disposes of a whole registry only; ours holds the trunk's models too
        manager = mapper.class_manager
        Base.registry._dispose_manager_and_mapper(manager)  # noqa: SLF001
        Base.registry._managers.pop(manager, None)  # noqa: SLF001
    for table in tables:
        if table in Base.metadata.tables:
            Base.metadata.remove(Base.metadata.tables[table])
    for name in list(sys.modules):
        if name == package or name.startswith(f"{package}."):
            del sys.modules[name]


def _register(module: ModuleType, name: str, manager: pluggy.PluginManager) -> Hooks:
    implementor = getattr(module, "plugin", module)
    if manager.has_plugin(name):
        manager.unregister(name=name)
    manager.register(implementor, name)
    try:
        return _implementations(name, manager)
    except BaseException:
        manager.unregister(name=name)
        raise


def _implementations(name: str, manager: pluggy.PluginManager) -> Hooks:
    found: dict[str, Callable[..., Any]] = {}
    for caller in manager.get_hookcallers(manager.get_plugin(name)) or ():
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name != name:
                continue
            if not caller.has_spec():
                raise PluginError(
                    "plugins.hook", "There is no hook called “%(hook)s”.", hook=caller.name
                )
            if implementation.wrapper or implementation.hookwrapper:
                raise PluginError(
                    "plugins.wrapper",
                    "Its “%(hook)s” is a wrapper; plugins may add to the shop, not wrap it.",
                    hook=caller.name,
                )
            found[caller.name] = _taking(implementation.function, implementation.argnames, caller)
    return MappingProxyType(found)


def _taking(function: Callable[..., Any], wanted: Any, caller: Any) -> Callable[..., Any]:
    """The implementation as a function of the hook's whole arguments: pluggy lets it take fewer."""
    if set(wanted) == set(caller.spec.argnames):
        return function
    names = tuple(wanted)
    return lambda **arguments: function(*(arguments[name] for name in names))


def _is_register(name: str) -> bool:
    return name.startswith("register_")


def _fault(error: BaseException) -> PluginError:
    where = ""
    trace = error.__traceback__
    while trace is not None:
        where = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        where = f" ({Path(error.filename).name}:{error.lineno})"
    return PluginError(
        "plugins.load",
        "It cannot be loaded: %(kind)s: %(why)s%(where)s",
        kind=type(error).__name__,
        why=_said(error),
        where=where,
    )


def _said(error: BaseException) -> str:
    try:
        return str(getattr(error, "msg", None) or error)
    except Exception:  # noqa: BLE001 - even that is the plugin's own code
        return ""
