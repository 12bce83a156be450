"""``settings.md``: the fields a plugin's settings may have, and the store's own settings."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)

from core.api.forms import PercentField, YuanField, options, whole_number
from core.settings.rules import StoreSettings
from core.web.admin.forms.settings import SECTIONS, UNITS
from tools.reference.markdown import code, finish, head, spaced, table
from tools.reference.source import fields, find, public_names

_CHOICES = options([("a", "A"), ("b", "B")])

# field → how to make one, what somebody types into it, what it is for
FIELDS: Mapping[str, tuple[Callable[[], Any], tuple[str, ...], str]] = {
    "StringField": (lambda: StringField(), ("Tea",), "a line of text"),
    "TextAreaField": (lambda: TextAreaField(), ("Tea",), "several lines"),
    "PasswordField": (lambda: PasswordField(), ("s3cret",), "a secret; name it in `secrets`, too"),
    "BooleanField": (lambda: BooleanField(), ("y",), "a switch"),
    "IntegerField": (lambda: IntegerField(), ("12",), "a whole number"),
    "whole_number": (
        lambda: whole_number("", 0, 99),
        ("12",),
        "a whole number in a range, of `core.api.forms`",
    ),
    "YuanField": (
        lambda: YuanField(),
        ("12.50",),
        "money, of `core.api.forms`: typed in yuan, kept in fen",
    ),
    "PercentField": (
        lambda: PercentField(),
        ("2.5",),
        "a rate, of `core.api.forms`: typed in percent, kept in basis points",
    ),
    "SelectField": (lambda: SelectField(choices=_CHOICES), ("a",), "one of several, as a list"),
    "RadioField": (lambda: RadioField(choices=_CHOICES), ("a",), "one of several, all to be seen"),
    "SelectMultipleField": (
        lambda: SelectMultipleField(choices=_CHOICES),
        ("a", "b"),
        "any of several, as ticks",
    ),
}


def page() -> str:
    """The page."""
    lines = head(
        "Settings",
        "A plugin's settings are a [`SettingsSchema`](hooks.md#settingsschema): WTForms fields by "
        "name. The admin makes the form, checks it, keeps the history; a change is felt in every "
        "process within a second.",
    )
    lines += ["## Fields", ""]
    lines += spaced(
        [
            "What the admin's form shows well, and what is kept of an entry. Any other field works "
            "whose value is a text, a whole number, yes or no, or a list of them."
        ]
    )
    lines += table(
        ["Field", "What for", "Typed", "Kept"],
        (
            [code(name), meant, ", ".join(code(each) for each in typed), code(repr(kept))]
            for name, meant, typed, kept in kept_values()
        ),
    )
    lines += spaced(find("core.api.forms", "AdminForm").doc.paragraphs[1:])
    lines += ["Besides these fields, `core.api.forms` has:", ""]
    lines += table(
        ["Name", "What it is"],
        (
            [code(name), find("core.api.forms", name).doc.summary]
            for name in public_names("core.api.forms")
            if name not in FIELDS and find("core.api.forms", name).node is not None
        ),
    )
    lines += ["## The store's own settings", ""]
    lines += spaced(
        [
            "What the merchant sets about the trunk, for plugins to read by "
            "`core.api.web.store_settings()` or `core.api.settings.load_settings(session)`. "
            "Money is in fen, rates are in basis points.",
        ]
    )
    lines += table(
        ["Setting", "Type", "Default", "In the admin", "What it is"],
        (_row(name, annotation, default) for name, annotation, default in own_settings()),
    )
    return finish(lines)


def kept_values() -> Iterator[tuple[str, str, tuple[str, ...], object]]:
    """Each field as (name, what for, what is typed, what is then kept), tried out."""
    for name, (make, typed, meant) in FIELDS.items():
        form_class: type[Form] = type("Tried", (Form,), {"value": make()})
        form = form_class(MultiDict([("value", each) for each in typed]))
        yield name, meant, typed, form._fields["value"].data


def own_settings() -> Iterator[tuple[str, str, str]]:
    """The store's settings as (name, type, default), as they are declared."""
    for each in fields(find("core.settings.rules", "StoreSettings")):
        default = getattr(StoreSettings(), each.name)
        yield (
            each.name,
            each.annotation,
            repr(str(default) if isinstance(default, str) else default),
        )


def _row(name: str, annotation: str, default: str) -> list[str]:
    section, field = _field(name)
    unit = _english(UNITS.get(name, ""))
    said = _english(field.description)
    label = f"{section}: {_english(field.label.text)}" + (f" ({unit})" if unit else "")
    return [code(name), code(annotation), code(default), label, said]


def _field(name: str) -> tuple[str, Field]:
    """The form that sets a setting.

    Raises:
        LookupError: none does.
    """
    for section, form in SECTIONS.items():
        found = form()._fields.get(name)
        if found is not None:
            return section, found
    raise LookupError(f"no form sets {name}")


def _english(text: Any) -> str:
    """A catalogue entry, said later or not, as it stands in the code."""
    return str(getattr(text, "_args", (text,))[0] or "")
