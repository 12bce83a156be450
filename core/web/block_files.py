"""Style sheets and scripts of plugins' blocks: a page links those of the blocks that it shows."""

import flask
from markupsafe import Markup

from core.api.contributions import Block
from core.web import context, static
from core.web.here import here
from core.web.placing import Plan

MARK = "<!--styles-->"
"""Where in the head of a page the links go, once all its blocks are rendered."""

_LINKS = {
    "style": Markup('<link rel="stylesheet" href="{}">'),
    "script": Markup('<script src="{}" defer></script>'),
}


def url(plugin: str, name: str) -> str:
    """Address of a file in a plugin's ``static`` folder."""
    shelf = static.plugin_shelf(flask.current_app, context.shop(), plugin)
    if shelf is None:
        raise KeyError(plugin)
    return shelf.url(name)


def need(plugin: str, block: Block) -> None:
    """Ask for a block's style sheets and scripts in the head of this page, each once."""
    if not (block.styles or block.scripts):
        return
    wanted = here().setdefault("banyan_files", {})
    for name in block.styles:
        wanted["style", plugin, name] = None
    for name in block.scripts:
        wanted["script", plugin, name] = None


def links(plan: Plan, *, is_kept: bool) -> str:
    """The links of this page; few combinations occur, so they are kept with the plan."""
    wanted = tuple(here().get("banyan_files", ()))
    found = plan.links.get(wanted)
    if found is None:
        found = "".join(_LINKS[kind].format(url(plugin, name)) for kind, plugin, name in wanted)
        if is_kept:
            plan.links[wanted] = found
    return found
