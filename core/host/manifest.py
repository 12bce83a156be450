"""``plugin.toml``: what a plugin says about itself, read without importing a line of its code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from core.kernel.errors import PluginError
from core.kernel.values import dataclass

FILE_NAME = "plugin.toml"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_NAME_LIMIT = 40  # leaves room for "plugin_<name>_" in a table name and for the version table
_KNOWN = {
    *("name", "version", "core", "requires", "packages", "permissions"),
    *("label", "description", "author", "homepage", "category", "icon"),
}


@dataclass(frozen=True)
class Manifest:
    """What ``plugin.toml`` says.

    Args:
        name: lower-case words joined by underscores; prefix of tables, keys and addresses.
        version: PEP 440 version.
        label: what the merchant calls it, by language (``zh``, ``en``).
        description: what it does, by language.
        core: range of core versions it works with, such as ``>=0.1,<1``.
        requires: other plugins it needs, as ``name`` or ``name>=1.0``.
        packages: Python packages it needs, as requirements.
        permissions: keys of the rights it adds; must be those its code registers.
        folder: where it lies.
    """

    name: str
    version: str
    folder: Path
    label: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    homepage: str = ""
    category: str = ""
    icon: str = ""
    core: str = ""
    requires: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()

    @property
    def table_prefix(self) -> str:
        """Every table of the plugin starts with this."""
        return f"plugin_{self.name}_"

    def label_in(self, locale: str) -> str:
        """Its label for a locale such as ``zh_Hans_CN``; its name when it has no label."""
        return _spoken(self.label, locale) or self.name

    def description_in(self, locale: str) -> str:
        """Its description in the language of a locale; empty when it has none."""
        return _spoken(self.description, locale)

    @property
    def requirements(self) -> tuple[tuple[str, str], ...]:
        """The plugins it needs, each as its name and the range of versions that fits."""
        wanted = [Requirement(text) for text in self.requires]
        return tuple((each.name.replace("-", "_"), str(each.specifier)) for each in wanted)

    @property
    def required_names(self) -> tuple[str, ...]:
        """Names of the plugins it needs."""
        return tuple(name for name, _ in self.requirements)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a plugin's folder.

    Raises:
        PluginError: unreadable, incomplete, or a value that cannot be; the sentence names it.
    """
    path = folder / FILE_NAME
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad("%(file)s cannot be read: %(why)s.", why=str(error)) from error
    if unknown := sorted(set(stored) - _KNOWN):
        raise _bad("%(file)s: nothing is called “%(name)s”.", name=unknown[0])
    manifest = Manifest(
        name=_text(stored, "name", needed=True),
        version=_text(stored, "version", needed=True),
        folder=folder,
        core=_text(stored, "core"),
        requires=_texts(stored, "requires"),
        packages=_texts(stored, "packages"),
        permissions=_texts(stored, "permissions"),
        label=_by_language(stored, "label"),
        description=_by_language(stored, "description"),
        author=_text(stored, "author"),
        homepage=_text(stored, "homepage"),
        category=_text(stored, "category"),
        icon=_text(stored, "icon"),
    )
    _check(manifest)
    return manifest


def fits(version: str, wanted: str) -> bool:
    """Whether ``version`` lies in the range ``wanted``; an empty range takes every version."""
    return SpecifierSet(wanted).contains(Version(version), prereleases=True)


def _check(manifest: Manifest) -> None:
    if not _NAME.fullmatch(manifest.name) or len(manifest.name) > _NAME_LIMIT:
        raise _bad(
            "%(file)s: “%(name)s” is no plugin name: use lower-case letters, digits and single "
            "underscores, at most 40 characters.",
            name=manifest.name,
        )
    try:
        Version(manifest.version)
        SpecifierSet(manifest.core)
        for text in (*manifest.requires, *manifest.packages):
            Requirement(text)
    except (InvalidVersion, InvalidSpecifier, InvalidRequirement) as error:
        raise _bad("%(file)s: %(why)s", why=str(error)) from error


def _text(stored: dict[str, Any], name: str, *, needed: bool = False) -> str:
    value = stored.get(name, "")
    if not isinstance(value, str):
        raise _bad("%(file)s: “%(name)s” must be a text.", name=name)
    if needed and not value:
        raise _bad("%(file)s: “%(name)s” is missing.", name=name)
    return value


def _texts(stored: dict[str, Any], name: str) -> tuple[str, ...]:
    value = stored.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _bad("%(file)s: “%(name)s” must be a list of texts.", name=name)
    return tuple(value)


def _by_language(stored: dict[str, Any], name: str) -> dict[str, str]:
    value = stored.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise _bad("%(file)s: [%(name)s] must hold a text per language.", name=name)
    return value


def _spoken(texts: Mapping[str, str], locale: str) -> str:
    language = locale.partition("_")[0]
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _bad(message: str, **params: Any) -> PluginError:
    return PluginError("plugins.manifest", message, file=FILE_NAME, **params)
