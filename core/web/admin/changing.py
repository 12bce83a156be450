"""Values of the audit log in words: what a field is called, and how its value is read."""

from collections.abc import Mapping
from typing import Any

from core.kernel.values import dataclass
from core.staff.services import CORE_PERMISSIONS
from core.web import figures, i18n
from core.web.admin.forms.settings import SECTIONS
from core.web.admin.showing import humanised, words
from core.web.admin.wording import FIELDS

_PERMISSIONS = {permission.key: permission.label for permission in CORE_PERMISSIONS}
_FORM_LABELS = {
    name: getattr(form, name).args[0]
    for form in SECTIONS.values()
    for name in vars(form)
    if hasattr(getattr(form, name), "field_class")
}


@dataclass(frozen=True)
class Change:
    """One value before and after, in words; ``None`` where there was or is none."""

    name: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any], after: Mapping[str, Any], kind: str = "") -> list[Change]:
    """What differs, field by field, in the request's language; what stayed is left out."""
    names = [*before, *(name for name in after if name not in before)]
    return [
        Change(
            field_name(name),
            shown(name, before[name], kind) if name in before else None,
            shown(name, after[name], kind) if name in after else None,
        )
        for name in names
        if name not in before or name not in after or before[name] != after[name]
    ]


def field_name(name: str) -> str:
    """What a field is called."""
    if name in _FORM_LABELS:
        return str(_FORM_LABELS[name])
    label = FIELDS.get(name)
    return i18n.gettext(label) if label else i18n.gettext(humanised(name))


def shown(name: str, value: Any, kind: str = "") -> str:
    """A stored value as people read it: amounts in yuan, rights and states in words."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return i18n.gettext("Yes") if value else i18n.gettext("No")
    if isinstance(value, int):
        return _number(name, value)
    if isinstance(value, Mapping):
        return "\n".join(f"{_key(key)}: {shown(str(key), each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(shown(name, each) for each in value)
    if name == "permissions":
        return i18n.gettext(_PERMISSIONS.get(str(value), str(value)))
    if name == "state":
        return words(kind, value).label
    return str(value)


def _key(key: object) -> str:
    """A key inside a value: a field's name in words, or what stands there, such as a code."""
    text = str(key)
    words = field_name(text)
    return words if text in FIELDS or words != humanised(text) else text


def _number(name: str, value: int) -> str:
    if name.endswith("_fen"):
        return figures.money(value)
    if name.endswith("_bps"):
        return f"{value / 100:g}%"
    return f"{value:,}"
