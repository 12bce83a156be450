"""Plugins by the titles that the merchant knows them by, not by their names in code."""

from core.kernel.errors import ShopError
from core.web import context, i18n
from core.web.admin.answers import sentences

_NAMES = ("name", "other", "plugin")


def title_of(name: str) -> str:
    """A plugin's title in the request's language; its name when it is not here."""
    plugin = context.shop().plugins.plugins.get(name)
    return plugin.manifest.label_in(i18n.locale()) if plugin else name


def told(error: ShopError) -> list[str]:
    """What the host refused, in sentences that call plugins by their titles."""
    for each in (error, *getattr(error, "reasons", ())):
        each.params |= {key: title_of(each.params[key]) for key in _NAMES if key in each.params}
    return sentences(error)
