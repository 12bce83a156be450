"""What happened to plugins, in words: versions, and settings by their labels, before and after."""

from typing import Any

from core.web import context, i18n
from core.web.admin.changing import Change, field_name, shown
from core.web.admin.queries.plugin_health import ChangeRow


def rows_of(change: ChangeRow) -> list[Change]:
    """The values that a line of the history tells of; none where its kind says all."""
    detail = change.detail
    if "version" in detail:
        return [Change(i18n.gettext("Version"), detail.get("before"), detail["version"])]
    settings: dict[str, Any] = detail.get("changes", {})
    return [
        Change(_label(change.plugin, name), shown(name, before), shown(name, after))
        for name, (before, after) in settings.items()
    ]


def _label(plugin: str, name: str) -> str:
    """What a setting is called on its form; its name in words when the form lacks it by now."""
    loaded = context.shop().plugins.plugins.get(plugin)
    schema = loaded.contributions.settings if loaded else None
    field: Any = schema.fields.get(name) if schema else None
    if field is None:
        return field_name(name)
    label = field.args[0] if field.args else field.kwargs.get("label")
    return i18n.gettext(str(label)) if label else field_name(name)
