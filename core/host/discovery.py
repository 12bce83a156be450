"""Where plugins are found: folders of the configuration and the entry points of pip packages.

Only manifests are read here; nothing of a plugin is imported.
"""

import importlib.util
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import metadata
from itertools import count
from pathlib import Path

from packaging.requirements import Requirement

import core
from core.host.manifest import FILE_NAME, Manifest, fits, read_manifest
from core.host.reserved import ADDRESSES, RESERVED
from core.kernel.errors import PluginError
from core.kernel.values import dataclass

ENTRY_POINTS = "banyan.plugins"


@dataclass(frozen=True)
class Found:
    """A plugin that was found, by its manifest, with the reason why it cannot be loaded, if any.

    ``package`` is the Python package to import, ``plugins.<name>`` for those in a folder. ``key``
    is its name, followed by a number when the name was taken, by another or by a page of the admin.
    """

    manifest: Manifest
    package: str
    problem: PluginError | None = None
    key: str = ""


def find_plugins(folders: Iterable[Path], *, use_entry_points: bool) -> list[Found]:
    """Every plugin in the folders and, if wanted, of pip packages, in the order of their names.

    One with a bad manifest is listed under its folder's name with the reason. Of two that cannot
    live together (same name, or one's tables would look like the other's) the first found stays.
    """
    found = [item for folder in folders for item in _in_folder(folder)]
    if use_entry_points:
        found += _of_packages()
    taken: dict[str, Found] = {}
    for item in found:
        name = item.manifest.name
        problem = item.problem or clash(item.manifest, taken) or _misfit(item.manifest)
        key = (
            name
            if name not in taken and name not in ADDRESSES
            else next(key for n in count(2) if (key := f"{name}@{n}") not in taken)
        )
        taken[key] = replace(item, key=key, problem=problem)
    for name, circle in _circles(taken).items():
        names = " → ".join(circle)
        problem = _problem("What it requires goes in a circle: %(circle)s.", circle=names)
        taken[name] = replace(taken[name], problem=taken[name].problem or problem)
    return [taken[key] for key in sorted(taken)]


def by_requirements(found: Iterable[Found]) -> list[Found]:
    """Those that others require before these, otherwise in the order given.

    So that a plugin can import the ``api.py`` of one that it requires. Those in a circle, which
    are not imported anyway, come in any order.
    """
    known = {item.key: item for item in found}
    wanted = {key: item.manifest.required_names for key, item in known.items()}
    return [known[key] for key in required_first(wanted)]


def required_first(wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """Names with those that each of them requires before it, otherwise in the order given."""
    left, ordered = dict(wanted), []

    def place(name: str) -> None:
        if name in left:
            for other in left.pop(name):
                place(other)
            ordered.append(name)

    for name in list(left):
        place(name)
    return ordered


def _circles(taken: Mapping[str, Found]) -> dict[str, list[str]]:
    """Plugins that come to require themselves, each with the way round."""
    needs = {name: item.manifest.required_names for name, item in taken.items()}
    return {name: way for name in needs if (way := _way_back(name, needs))}


def _way_back(start: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The shortest way from a plugin over what it requires to itself; empty if there is none."""
    ways, seen = deque([[start]]), {start}
    while ways:
        way = ways.popleft()
        for name in needs.get(way[-1], ()):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


def _in_folder(folder: Path) -> Iterator[Found]:
    try:
        paths = sorted(folder.resolve().iterdir())
    except OSError:  # not there, no folder, or not ours to read
        return
    for path in paths:
        if (path / FILE_NAME).is_file():
            yield _read(path, f"plugins.{path.name}", wanted_name=path.name)


def _of_packages() -> Iterator[Found]:
    for point in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        package = point.value.partition(":")[0]
        folder = _folder_of(package)
        if folder is None:
            problem = _problem("The package %(package)s is not there.", package=package)
            yield _broken(Path(point.name), package, problem)
        else:
            yield _read(folder, package, wanted_name=point.name)


def _folder_of(package: str) -> Path | None:
    """The folder of a package, found without importing it."""
    top, *rest = package.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location).joinpath(*rest)
        if folder.is_dir():
            return folder
    return None


def _read(folder: Path, package: str, *, wanted_name: str) -> Found:
    try:
        manifest = read_manifest(folder)
    except PluginError as error:
        return _broken(folder, package, error)
    if manifest.name != wanted_name:
        problem = _problem(
            "plugin.toml says “%(name)s”, its folder or entry point “%(wanted)s”.",
            name=manifest.name,
            wanted=wanted_name,
        )
        return _broken(folder, package, problem)
    return Found(manifest, package)


def _broken(folder: Path, package: str, problem: PluginError) -> Found:
    return Found(Manifest(name=folder.name, version="", folder=folder), package, problem)


def clash(manifest: Manifest, taken: Mapping[str, Found]) -> PluginError | None:
    """Why a plugin cannot live with the trunk and those found so far; ``None`` when it can."""
    if manifest.name in RESERVED:
        return _problem(
            "“%(name)s” means something of the store's own: the plugin needs another name.",
            name=manifest.name,
        )
    for other in taken.values():
        if other.manifest.name == manifest.name:
            return _problem(
                "Another plugin, in %(folder)s, has the same name.", folder=other.manifest.folder
            )
        shorter, longer = sorted((other.manifest.table_prefix, manifest.table_prefix), key=len)
        if not other.problem and longer.startswith(shorter):
            return _problem(
                "Its tables (%(prefix)s…) could not be told apart from those of “%(other)s”.",
                prefix=manifest.table_prefix,
                other=other.manifest.name,
            )
    return None


def _misfit(manifest: Manifest) -> PluginError | None:
    if not fits(core.__version__, manifest.core):
        return _problem(
            "It is made for core %(wanted)s; this is core %(version)s.",
            wanted=manifest.core,
            version=core.__version__,
        )
    for text in manifest.packages:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        try:
            version = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            return _problem(
                "It needs the Python package %(wanted)s, which is not installed.", wanted=text
            )
        if not wanted.specifier.contains(version, prereleases=True):
            return _problem(
                "It needs the Python package %(wanted)s; version %(version)s is installed.",
                wanted=text,
                version=version,
            )
    return None


def _problem(message: str, **params: object) -> PluginError:
    return PluginError("plugins.discovery", message, **params)
