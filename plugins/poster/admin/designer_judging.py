"""What the server thinks of a layout: what must be mended, and what a designer would advise."""

from dataclasses import dataclass

from core.api.errors import InvalidInput
from core.api.i18n import gettext as _
from core.api.web import sentence, translate_error
from plugins.poster.admin.designer_form import DesignForm
from plugins.poster.rules import Layout, Purpose, check_paintable, problems
from plugins.poster.rules.advice import advice, upon_pictures


@dataclass(frozen=True)
class Remark:
    """Something to look at.

    Args:
        key: of the layer; empty for the poster itself.
        sentence: in the language of the page.
        is_grave: whether it forbids publishing.
    """

    key: str
    sentence: str
    is_grave: bool


def refuse_unpaintable(form: DesignForm, layout: Layout) -> None:
    """Put what cannot be kept at its field; numbers that cannot be read are there already."""
    if form.has_errors:
        return
    try:
        check_paintable(layout)
    except InvalidInput as error:
        form.refuse(error)


def remarks_on(form: DesignForm, layout: Layout, purpose: Purpose) -> list[Remark]:
    """All there is to say about what was typed, the grave things first."""
    from plugins.poster.admin.designer_painting import colours_behind, is_cut  # brings Pillow

    if form.has_errors:
        typed = [Remark("", text, is_grave=True) for text in form.errors.values()]
        for layer in form.layers:
            typed += [Remark(layer.key, text, is_grave=True) for text in layer.errors.values()]
        return typed
    grave = [
        Remark(_key(form, error), translate_error(error), is_grave=True)
        for error in problems(layout, purpose)
    ]
    mild = [
        Remark(form.layers[each.index].key, sentence(each.message, each.params), is_grave=False)
        for each in advice(layout, colours_behind(layout, upon_pictures(layout)))
    ]
    cut = [
        Remark(each.key, _("“%(layer)s” does not fit its box and is cut.", layer=layer.name), False)
        for each, layer in zip(form.layers, layout.layers, strict=True)
        if not layer.is_hidden and is_cut(layer)
    ]
    return [*grave, *mild, *cut]


def _key(form: DesignForm, error: InvalidInput) -> str:
    first, _dot, rest = str(error.params.get("field", "")).partition(".")
    if first != "layers" or not rest:
        return ""
    return form.layers[int(rest.partition(".")[0])].key
