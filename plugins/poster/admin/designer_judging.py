"""What the server thinks of a layout: what must be mended, and what a designer would advise."""

from collections.abc import Iterator

from core.api.i18n import gettext as _
from core.api.values import dataclass
from core.api.web import sentence, translate_error
from plugins.poster.admin.designer_form import DesignForm
from plugins.poster.rules import Layout, Purpose, problems, unpaintable
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
    """Put all that cannot be kept at its field; numbers that cannot be read are there already."""
    for problem in unpaintable(layout):
        form.refuse(problem)


def remarks_on(form: DesignForm, layout: Layout, purpose: Purpose) -> list[Remark]:
    """All there is to say about what was typed, the grave things first."""
    from plugins.poster.admin.designer_painting import colours_behind, is_cut  # brings Pillow

    grave = list(_refused(form))
    if not form.errors:
        grave += _found(form, layout, purpose)
    if form.has_errors:
        return grave
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


def _refused(form: DesignForm) -> Iterator[Remark]:
    for text in form.errors.values():
        yield Remark("", text, is_grave=True)
    for layer in form.layers:
        for text in layer.errors.values():
            yield Remark(layer.key, text, is_grave=True)


def _found(form: DesignForm, layout: Layout, purpose: Purpose) -> Iterator[Remark]:
    """What is wrong at fields that were not refused."""
    for error in problems(layout, purpose):
        layer, name = form.place_of(error)
        if layer is None or name not in layer.errors:
            yield Remark(layer.key if layer else "", translate_error(error), is_grave=True)
