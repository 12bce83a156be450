"""Which pieces of plugins look alike: a template that shows plain values gives one text for each.

Such a template reads nothing but its own values and plain facts of the site; that is seen from its
source, once. What it made of the same values before is used again (``ThemeEnvironment.kept``).
Everything else, a list among the values or a function in the template, is rendered each time.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from jinja2 import meta, nodes
from markupsafe import Markup

from core.kernel.values import dataclass
from core.themes.sandbox import FILL, FILTERS, ThemeEnvironment

Key = tuple[Any, ...]

_PLAIN = frozenset({str, int, bool, type(None), Markup, UUID})
"""Types whose equal values are shown alike; the types are part of the key, for ``1 == True``."""
_STEADY = FILTERS - {"map"} | {"money"}
"""Filters that show a value alike whenever they are asked; ``map`` calls others by name."""
_MISSING = object()


@dataclass(frozen=True)
class Shown:
    """What a template shows: names of its own values, and facts of the site."""

    names: tuple[str, ...]
    of_site: tuple[str, ...]


def key_of(
    env: ThemeEnvironment, template: str, site: object, values: Mapping[str, Any]
) -> Key | None:
    """What the text of a piece depends on; ``None`` when it has to be rendered each time."""
    shown = env.shown_by.get(template, _MISSING)
    if shown is _MISSING:
        shown = env.shown_by[template] = _shown(env, template)
    if shown is None or "site" in values:
        return None
    found = [values.get(name, _MISSING) for name in shown.names]
    found += [getattr(site, name, _MISSING) for name in shown.of_site]
    kinds = tuple(map(type, found))
    return (template, kinds, *found) if _PLAIN.issuperset(kinds) else None


def _shown(env: ThemeEnvironment, template: str) -> Shown | None:
    if env.auto_reload or env.loader is None:
        return None
    tree = env.parse(env.loader.get_source(env, template)[0], template)
    if list(meta.find_referenced_templates(tree)):
        return None
    used = {node.name for kind in (nodes.Filter, nodes.Test) for node in tree.find_all(kind)}
    if not used <= _STEADY | env.tests.keys():
        return None
    mentioned = [node.name for node in tree.find_all(nodes.Name)]
    facts = [
        node.attr
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "site"
    ]
    calls = env.globals.keys() - {FILL}
    if not calls.isdisjoint(mentioned) or mentioned.count("site") != len(facts):
        return None
    names = meta.find_undeclared_variables(tree) - {"site", FILL}
    return Shown(tuple(sorted(names)), tuple(sorted(set(facts))))
