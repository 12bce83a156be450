"""The look of the store: which theme it wears, and the theme's colours and texts."""

from dataclasses import replace
from typing import Any

import flask
from flask import request

from core.api.forms import AdminForm
from core.kernel.errors import ShopError
from core.kernel.values import dataclass
from core.media.services import prepare_picture, record_picture
from core.themes.contrast import LEAST, faint
from core.themes.host import Look
from core.themes.manifest import Theme
from core.themes.services import load_choice, save_choice
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, done, missing
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.forms.themes import (
    chosen_settings,
    chosen_tokens,
    picture_field,
    stored_values,
    theme_form,
    token_field,
)
from core.web.admin.render import render_admin_page
from core.web.render import face

_FILE_BYTES = 12 * 1024 * 1024


@dataclass(frozen=True)
class ThemeCard:
    """A theme as the list shows it; ``colours`` are those of its light scheme."""

    name: str
    title: str
    version: str
    parent: str
    is_worn: bool
    colours: dict[str, str]


@admin.get("/themes")
@access("staff:theme.edit")
def themes() -> str:
    """Every theme, and the form of the one that is worn."""
    return _show()


@admin.post("/themes/wear")
@access("staff:theme.edit")
def wear_theme() -> Answer:
    """Wear another theme; the changes made to this one come back with it."""
    name = request.form.get("name", "")
    if name not in face().themes.themes():
        raise missing()
    try:
        look = _look(name)
        with context.writing() as session:
            before = load_choice(session)
            save_choice(session, look.choice, look)
            record(
                session,
                "theme.wear",
                "theme",
                name,
                before={"theme": before.name},
                after={"theme": name},
            )
    except ShopError as error:
        return _show(errors=[i18n.translate_error(error)]), error.status
    return _followed("The store wears this theme now.")


@admin.post("/themes")
@access("staff:theme.edit")
def save_theme() -> Answer:
    """Store colours and texts of the theme that is worn."""
    look = _look()
    form = theme_form(look)(request.form)
    if not form.validate() or not _is_sound(look, form):
        return _show(form), 422
    try:
        pictures = _pictures(look, form)
        choice = replace(
            look.choice,
            tokens=chosen_tokens(look, form),
            settings=chosen_settings(look, form, pictures),
        )
        with context.writing() as session:
            before = load_choice(session)
            save_choice(session, choice, look)
            record(
                session,
                "theme.edit",
                "theme",
                look.name,
                before={**before.tokens, **before.settings},
                after={**choice.tokens, **choice.settings},
            )
    except ShopError as error:
        return _show(form, form.refuse(error)), error.status
    return _followed("Saved. Every process follows within a second.")


def _followed(sentence: str) -> Answer:
    context.shop().counters.refresh(force=True)
    return done("/admin/themes", sentence)


def _look(name: str = "") -> Look:
    """The look of a theme with the merchant's changes; that of the worn one without a name."""
    worn = face().look(flask.current_app)
    return face().preview(flask.current_app, name)[0] if name and name != worn.name else worn


def _show(form: AdminForm | None = None, errors: Any = ()) -> str:
    worn = _look()
    return render_admin_page(
        "settings/themes.html",
        here="themes",
        cards=[_card(name, worn) for name in face().themes.themes()],
        problems={
            name: i18n.translate_error(error) for name, error in face().themes.problems.items()
        },
        form=form or theme_form(worn)(data=stored_values(worn)),
        tokens=[token_field(name) for name in worn.tokens],
        errors=list(errors),
    )


def _card(name: str, worn: Look) -> ThemeCard:
    look = _look(name)
    return ThemeCard(
        name=name,
        title=_title(look.chain[0]),
        version=look.chain[0].version,
        parent=_title(look.chain[1]) if len(look.chain) > 1 else "",
        is_worn=name == worn.name,
        colours=look.colours(),
    )


def _title(theme: Theme) -> str:
    short = "en" if i18n.locale() == i18n.ENGLISH else "zh"
    return theme.labels.get(short) or theme.labels.get("en") or theme.name


def _is_sound(look: Look, form: AdminForm) -> bool:
    """Whether every token is one and every text can be read; says at the field what is wrong."""
    chosen = chosen_tokens(look, form)
    odd = [name for name, value in chosen.items() if not look.tokens[name].is_valid(value)]
    for name in odd:
        _blame(form, name, i18n.gettext("“%(value)s” cannot be used here.", value=chosen[name]))
    if odd:
        return False
    tried = Look(look.chain, replace(look.choice, tokens=chosen), face().themes)
    found = faint(tried.colours(), chosen)
    for pair in found:
        sentence = i18n.gettext(
            "Text could not be read: “%(text)s” on “%(ground)s” has a contrast of %(ratio)s; at "
            "least %(least)s is needed.",
            text=_named(look, pair.text),
            ground=_named(look, pair.ground),
            ratio=f"{pair.ratio:.1f}",
            least=LEAST,
        )
        _blame(form, pair.blamed, sentence)
    return not found


def _named(look: Look, token: str) -> str:
    own = {"ink": "Body text", "ink-3": "Quiet text", "surface": "Surface of cards"}
    own |= {"on-brand": "Text on the brand colour", "on-promo": "Text on offers"}
    known = look.tokens.get(token)
    return i18n.gettext(known.label if known else own.get(token, token))


def _blame(form: AdminForm, token: str, sentence: str) -> None:
    field = form._fields[token_field(token)]
    field.errors = [*field.errors, sentence]


def _pictures(look: Look, form: AdminForm) -> dict[str, str]:
    """Store what was uploaded, encoded outside the unit of work: setting → id of the picture."""
    stored = {}
    for name, setting in look.offers.items():
        file = request.files.get(picture_field(name)) if setting.kind == "picture" else None
        if file is None or not file.filename:
            continue
        data = file.stream.read(_FILE_BYTES + 1)
        try:
            prepared = prepare_picture(context.shop().config.uploads, file.filename, data, "")
        except ShopError as error:
            field = form._fields[picture_field(name)]
            field.errors = [*field.errors, i18n.translate_error(error)]
            raise
        with context.writing() as session:
            stored[name] = str(record_picture(session, prepared).id)
    return stored
