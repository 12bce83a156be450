"""Texts in plugins' templates: a plugin's own catalogue is asked before everybody's.

Two plugins may say the same English words and mean two things. In a template of a plugin, calls of
``_``, ``gettext`` and ``ngettext`` are compiled into calls that name the plugin.
"""

from collections.abc import Callable
from typing import Any

from babel.support import NullTranslations
from jinja2 import nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

_NAMED = {"_": "gettext_of_", "gettext": "gettext_of_", "ngettext": "ngettext_of_"}


class PluginWords(NodeTransformer):
    """Lets the calls in one plugin's template name the plugin."""

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """Turn ``_("text")`` into a call with the plugin's name before the text."""
        self.generic_visit(node, *args, **kwargs)
        target = node.node
        if not isinstance(target, nodes.Name) or target.name not in _NAMED:
            return node
        return nodes.Call(
            nodes.Name(_NAMED[target.name], "load", lineno=node.lineno),
            [nodes.Const(self._plugin, lineno=node.lineno), *node.args],
            node.kwargs,
            node.dyn_args,
            node.dyn_kwargs,
            lineno=node.lineno,
        )


def plugin_functions(
    catalogue_of: Callable[[str], NullTranslations],
) -> dict[str, Callable[..., Markup]]:
    """The functions behind those calls, for the globals of an environment.

    Args:
        catalogue_of: a plugin's words over everybody's, in the language of the moment.
    """

    def one(plugin: str, text: str, **params: Any) -> Markup:
        return Markup(catalogue_of(plugin).ugettext(text)) % params  # noqa: S704 (texts are ours)

    def several(plugin: str, single: str, plural: str, num: int, /, **params: Any) -> Markup:
        text = catalogue_of(plugin).ungettext(single, plural, num)
        return Markup(text) % {"num": num, **params}  # noqa: S704 (texts are ours)

    return {"gettext_of_": one, "ngettext_of_": several}
