"""Forms of the merchant's face and of plugins' settings: translated messages, money, rates.

Forms check what one field can know (present, a number, in range); everything that needs the store
is checked by the services, whose refusals are shown at the field they name. Labels are lazy:
``YuanField(label("Amount"))`` is read in the language of the page that shows it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import flask_babel
from flask_babel import lazy_gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, IntegerField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from core.api.web import translate_error
from core.kernel.clock import day_bounds
from core.kernel.errors import Conflict, Rejected, ShopError
from core.kernel.money import AmountTooLarge, format_yuan, parse_yuan
from core.kernel.text import squeeze

__all__ = [
    "AdminForm",
    "NotBelow",
    "PercentField",
    "Period",
    "YuanField",
    "at_most",
    "between",
    "lazy_gettext",
    "options",
    "required",
    "whole_number",
]


class _Catalogue:
    """WTForms' own messages through the store's catalogues."""

    def gettext(self, text: str) -> str:
        return str(flask_babel.gettext(text))

    def ngettext(self, one: str, many: str, count: int) -> str:
        # WTForms fills the places itself
        translations = flask_babel.get_translations()
        return str(translations.ungettext(one, many, count))


class AdminForm(Form):
    """Base of every form: speaks the request's language, trims one-line texts."""

    class Meta:
        """How WTForms behaves for us."""

        def get_translations(self, _form: Form) -> _Catalogue:
            """Messages come from the merged catalogues."""
            return _Catalogue()

        def bind_field(self, form: Form, unbound: Any, options: dict[str, Any]) -> Any:
            """Trim what was typed into one-line fields."""
            if unbound.field_class is StringField:
                options["filters"] = [*unbound.kwargs.get("filters", ()), _trim]
            return unbound.bind(form=form, **options)

    def refuse(self, error: ShopError) -> list[str]:
        """Put a refusal at the field it names; returns the sentences that belong to no field."""
        text = translate_error(error)
        field = self._fields.get(str(error.params.get("field", "")))
        if isinstance(error, Rejected | Conflict) and field is not None:
            field.errors = [*field.errors, text]
            return []
        reasons: Sequence[ShopError] = getattr(error, "reasons", ())
        return [translate_error(reason) for reason in reasons] or [text]


def _trim(value: Any) -> Any:
    return squeeze(value) if isinstance(value, str) else value


class YuanField(StringField):
    """An amount typed in yuan, held in fen. Empty is ``None`` when the field is optional."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **kwargs)
        self._typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Fen of what was typed; keeps the text so that a wrong one is shown again."""
        if not valuelist:
            return
        self._typed = str(valuelist[0]).strip()
        self.data = None
        if not self._typed:
            return
        try:
            self.data = parse_yuan(self._typed)
        except AmountTooLarge:
            raise ValueError(self.gettext("This amount is too large.")) from None
        except ValueError:
            raise ValueError(self.gettext("Give an amount in yuan, such as 12.50.")) from None

    def _value(self) -> str:
        if self._typed is not None:
            return self._typed
        return "" if self.data is None else format_yuan(self.data)


class PercentField(StringField):
    """A rate typed in percent, held in basis points."""

    data: Any

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("render_kw", {"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label, validators, **kwargs)
        self._typed: str | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Basis points of what was typed: ``10.5`` → 1050."""
        if not valuelist:
            return
        self._typed = str(valuelist[0]).strip().rstrip("%％").strip()
        self.data = None
        if not self._typed:
            return
        try:
            self.data = parse_yuan(self._typed)
        except ValueError:
            raise ValueError(
                self.gettext("Give a number with at most two decimals, such as 2.5.")
            ) from None

    def _value(self) -> str:
        if self._typed is not None:
            return self._typed
        return "" if self.data is None else format_yuan(self.data).rstrip("0").rstrip(".")


class NotBelow:
    """A filled-in number of at least ``least`` (amounts in fen, rates in basis points)."""

    def __init__(self, least: int, most: int | None = None) -> None:
        self._least, self._most = least, most

    def __call__(self, form: Form, field: Any) -> None:
        """Refuse an empty value or one out of range."""
        if field.data is None:
            raise ValidationError(field.gettext("This field is required."))
        if field.data < self._least or (self._most is not None and field.data > self._most):
            raise ValidationError(self._range(field))

    def _range(self, field: Any) -> str:
        """What the field takes, as it is typed: yuan or percent."""
        least, most = (
            None if each is None else format_yuan(each).rstrip("0").rstrip(".")
            for each in (self._least, self._most)
        )
        if most is None:
            return str(field.gettext("Give %(least)s or more.") % {"least": least})
        return str(field.gettext("Give %(least)s to %(most)s.") % {"least": least, "most": most})


class Period(AdminForm):
    """From and until, as days of the store's calendar."""

    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("Until"), [Optional()])

    def bounds(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The first instant of the first day and the last one of the last, for queries."""
        return _start(self.since.data, zone), _end(self.until.data, zone)


def _start(day: date | None, zone: str) -> datetime | None:
    return day_bounds(day, zone)[0] if day else None


def _end(day: date | None, zone: str) -> datetime | None:
    return day_bounds(day, zone)[1] - timedelta(microseconds=1) if day else None


def required() -> InputRequired:
    """Something must be filled in."""
    return InputRequired()


def at_most(characters: int) -> Length:
    """A text of at most so many characters."""
    return Length(max=characters)


def between(least: int, most: int) -> NumberRange:
    """A whole number in a range."""
    return NumberRange(min=least, max=most)


def whole_number(label: Any, least: int, most: int, **kwargs: Any) -> IntegerField:
    """A field for a whole number in a range."""
    render = {"inputmode": "numeric", "min": least, "max": most}
    return IntegerField(
        label, [InputRequired(), NumberRange(min=least, max=most)], render_kw=render, **kwargs
    )


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Choices of a select or radio field, from (value, label); labels may be lazy."""
    return [SelectChoice(value, label) for value, label in pairs]
