"""The editor of one template: shows the draft as a form, and takes it back."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import request

from core.api.errors import Conflict, ShopError
from core.api.i18n import gettext as _
from core.api.web import audit, notice, reader, staff, take_picture, translate_error, writing
from plugins.poster.admin.designer_form import DesignForm
from plugins.poster.admin.designer_judging import refuse_unpaintable, remarks_on
from plugins.poster.admin.designer_layers import blanks, change_layers, presets
from plugins.poster.admin.designer_looking import ground_url, layer_url, sample_labels, variants_of
from plugins.poster.admin.designer_page import (
    ROOT,
    TEMPLATES,
    go,
    picture_names,
    show_page,
    template_or_404,
    working,
)
from plugins.poster.admin.designer_wording import change_groups, script_words
from plugins.poster.rules import Layout
from plugins.poster.services import designing
from plugins.poster.services.template_views import TemplateView

FILE_BYTES = 12 * 1024 * 1024


def show(template_id: str) -> str:
    """The draft, or what members get when nothing was changed."""
    template = template_or_404(reader(), template_id)
    layout, form = working(reader(), template)
    return _page(template, form, layout, chosen=request.args.get("layer", ""))


def save(template_id: str) -> Any:
    """Keep the draft, or do one thing with its layers and show them again.

    ``do``: ``save``, ``publish`` (save and go on), ``look`` (only what the server thinks of it),
    ``preview``, ``add:<kind>``, ``up:<key>``, ``down:<key>``, ``copy:<key>``, ``drop:<key>``.
    """
    template = template_or_404(reader(), template_id)
    form, do = DesignForm.read(request.form), request.form.get("do", "save")
    if do == "look":
        return _look(template, form)
    errors = _take_files(form)
    chosen = change_layers(form, do)
    layout = form.layout()
    refuse_unpaintable(form, layout)
    if form.has_errors or errors:
        errors.append(_("Please look at the marked fields; nothing was saved yet."))
        return _page(template, form, None, errors=errors, is_unsaved=True), 422
    if chosen is not None or do == "preview":
        is_preview = do == "preview"
        return _page(
            template, form, layout, chosen=chosen or "", is_unsaved=True, is_preview=is_preview
        )
    return _store(template, form, layout, do)


def _store(template: TemplateView, form: DesignForm, layout: Layout, do: str) -> Any:
    try:
        with writing() as session:
            designing.save(
                session,
                template.id,
                layout,
                staff().actor,
                base=form.base,
                revision=form.revision,
            )
            after = {"name": template.name}
            audit(session, "poster.draft", "poster_template", template.id, after=after)
    except Conflict as error:
        return _conflict(template, form, layout, error)
    except ShopError as error:
        return _page(
            template, form, layout, errors=[translate_error(error)], is_unsaved=True
        ), error.status
    if do == "publish":
        return go(f"{TEMPLATES}/{template.id}/publish")
    if "application/json" not in request.headers.get("Accept", ""):
        notice("Saved as a draft. Members see it once you publish it.")
    return go(f"{TEMPLATES}/{template.id}/design")


def _conflict(template: TemplateView, form: DesignForm, layout: Layout, error: Conflict) -> Any:
    """What was typed stays; what somebody else did meanwhile is told in words beside it."""
    template = template_or_404(reader(), str(template.id))
    theirs, current = working(reader(), template)
    form.base, form.revision = current.base, current.revision
    page = _page(
        template,
        form,
        layout,
        errors=[translate_error(error)],
        is_unsaved=True,
        theirs=change_groups(theirs, layout),
    )
    return page, error.status


def _look(template: TemplateView, form: DesignForm) -> Any:
    """The parts of the page that the script replaces while somebody works."""
    layout = form.layout()
    refuse_unpaintable(form, layout)
    has_strip = bool(request.form.get("strip")) and not form.has_errors
    return show_page(
        "designer_look.html",
        remarks=remarks_on(form, layout, template.purpose),
        variants=variants_of(layout, template.purpose) if has_strip else [],
        has_strip=bool(request.form.get("strip")),
    )


def _take_files(form: DesignForm) -> list[str]:
    """Store what was uploaded along with the form and put it where it belongs."""
    errors = []
    for name, file in request.files.items():
        if not file.filename or not name.endswith("_file"):
            continue
        target = name.removesuffix("_file")
        try:
            taken = take_picture(file.filename, file.stream.read(FILE_BYTES + 1)).id
        except ShopError as error:
            errors.append(f"{file.filename}: {translate_error(error)}")
            continue
        _place(form, target, taken)
    return errors


def _place(form: DesignForm, target: str, picture: UUID) -> None:
    if target == "background_media":
        form.values[target] = str(picture)
        return
    layer = form.find(target.partition("-")[0])
    if layer is not None:
        layer.values["media"] = str(picture)


def _page(
    template: TemplateView,
    form: DesignForm,
    layout: Layout | None,
    *,
    errors: Any = (),
    chosen: str = "",
    is_unsaved: bool = False,
    is_preview: bool = False,
    theirs: Any = (),
) -> str:
    """The editor; ``layout`` is ``None`` when what was typed cannot be understood."""
    typed = layout or form.layout()
    variants = variants_of(typed, template.purpose) if is_preview and layout is not None else []
    return show_page(
        "designer.html",
        it=template,
        form=form,
        blanks=blanks(),
        presets=presets(),
        picture_names=picture_names(),
        samples=sample_labels(template.purpose),
        remarks=remarks_on(form, typed, template.purpose),
        variants=variants,
        errors=list(errors),
        chosen=chosen,
        is_unsaved=is_unsaved,
        theirs=list(theirs),
        layer_url=partial(layer_url, ROOT),
        ground_url=partial(ground_url, ROOT),
        script_words=script_words(),
    )
