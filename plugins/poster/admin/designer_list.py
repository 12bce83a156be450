"""The list of templates, starting a new one, and what is done with a whole template."""

from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.errors import InvalidInput, NotFound, ShopError
from core.api.i18n import gettext as _
from core.api.web import (
    audit,
    locale,
    notice,
    reader,
    staff,
    take_picture,
    translate_error,
    writing,
)
from plugins.poster.admin.designer_page import (
    ROOT,
    TEMPLATES,
    go,
    seen_revision,
    show_page,
    template_or_404,
)
from plugins.poster.admin.designer_wording import PURPOSE_SENTENCES
from plugins.poster.rules import SIZES, Layout, Purpose
from plugins.poster.services import designing
from plugins.poster.services.starters import Starter, starter_named, starters
from plugins.poster.services.template_views import TemplateView, list_templates, template_counts
from plugins.poster.services.templates import create, discard_draft, rename

PER_PAGE = 24
"""Templates on a page; rows of two, three and four cards come out even."""


def show() -> str:
    """The templates, by purpose; archived ones behind a link of their own."""
    session, purpose = reader(), request.args.get("purpose", "")
    purpose = purpose if purpose in set(Purpose) else ""
    is_archive = request.args.get("shown") == "archived"
    number = request.args.get("page", 1, type=int)
    offered = template_counts(session, is_shown=True)
    archived = template_counts(session, is_shown=False)
    return show_page(
        "designer_list.html",
        page=list_templates(
            session, is_shown=not is_archive, purpose=purpose, page=number, per_page=PER_PAGE
        ),
        counts=offered,
        total=sum(offered.values()),
        purpose=purpose,
        is_archive=is_archive,
        archived_count=sum(archived.values()),
        leading=designing.leading(session),
        poster_counts=designing.poster_counts(session),
    )


def choose_starter() -> str:
    """What a new template may start from."""
    return _starters_page()


def _starters_page(errors: Any = ()) -> str:
    return show_page(
        "designer_new.html",
        starters=starters(locale()),
        sentences=PURPOSE_SENTENCES,
        sizes=SIZES,
        errors=list(errors),
        name=request.form.get("name", "")[:80],
        asked_size=request.form.get("size", ""),
        asked_purpose=request.form.get("purpose", ""),
    )


def make() -> Any:
    """A new template from a starter or from nothing; on to its editor."""
    typed, chosen = request.form.get("name", "").strip(), request.form.get("starter", "")
    try:
        starter = starter_named(chosen, locale()) if chosen else _blank()
        layout = _with_picture(starter)
        with writing() as session:
            name = typed or designing.free_name(session, starter.name)
            made = create(session, name, starter.purpose, layout, _actor())
            audit(session, "poster.create", "poster_template", made, after={"name": name})
    except NotFound:
        raise
    except ShopError as error:
        return _starters_page([translate_error(error)]), error.status
    return go(f"{TEMPLATES}/{made}/design")


def _blank() -> Starter:
    size, purpose = request.form.get("size", ""), request.form.get("purpose", "")
    if size not in SIZES:
        raise InvalidInput("poster.size", "Please choose one of the sizes.", field="size")
    if purpose not in set(Purpose):
        raise InvalidInput(
            "poster.purpose", "Please choose what the poster leads to.", field="purpose"
        )
    sheet = Layout(*SIZES[size], "#FFFFFF")
    return Starter("", str(_("New poster")), "", Purpose(purpose), sheet, None)


def _with_picture(starter: Starter) -> Layout:
    """The starter's layout with its picture in the media room; outside of any unit of work."""
    if starter.picture is None:
        return starter.layout
    path = starter.picture
    return starter.with_background(take_picture(path.name, path.read_bytes(), starter.name).id)


def change_name(template_id: str) -> Any:
    """Give a template another name."""

    def act(session: Session, template: TemplateView) -> str:
        rename(session, template.id, request.form.get("name", ""), is_shown=template.is_shown)
        return "The name is changed."

    return _do("rename", template_id, act)


def copy(template_id: str) -> Any:
    """A copy of a template; on to its editor."""
    with writing() as session:
        template = template_or_404(session, template_id)
        name = designing.free_name(session, _("%(name)s, copy", name=template.name))
        made = designing.duplicate(session, template.id, name, _actor())
        audit(session, "poster.copy", "poster_template", made, after={"name": name})
    notice("The copy is ready; members see it once you publish it.")
    return go(f"{TEMPLATES}/{made}/design")


def archive(template_id: str) -> Any:
    """Offer a template to members no longer, or again."""
    is_shown = request.form.get("do") == "show"

    def act(session: Session, template: TemplateView) -> str:
        designing.show(session, template.id, is_shown=is_shown)
        if is_shown:
            return "Members can choose it again."
        return "It is archived. Posters that members have stay as they are."

    return _do("show" if is_shown else "archive", template_id, act)


def lead(template_id: str) -> Any:
    """Make a template the one that members see first."""

    def act(session: Session, template: TemplateView) -> str:
        designing.lead(session, template.id)
        return "Members see “%(name)s” first now."

    return _do("lead", template_id, act)


def discard(template_id: str) -> Any:
    """Forget what was changed and not published."""

    def act(session: Session, template: TemplateView) -> str:
        if template.version:
            discard_draft(session, template.id, revision=seen_revision())
        return "The changes are thrown away; you see what members see."

    return _do("discard", template_id, act)


def remove(template_id: str) -> Any:
    """Delete a template that nobody has a poster of."""

    def act(session: Session, template: TemplateView) -> str:
        designing.remove(session, template.id)
        return "“%(name)s” is deleted."

    return _do("remove", template_id, act, to=ROOT)


def _do(
    verb: str,
    template_id: str,
    act: Callable[[Session, TemplateView], str],
    to: str = "",
) -> Any:
    """Do something with a template, note it in the audit log, and say so."""
    back = to or f"{TEMPLATES}/{template_id}"
    try:
        with writing() as session:
            template = template_or_404(session, template_id)
            sentence = act(session, template)
            before: dict[str, str] = {"name": template.name}
            audit(session, f"poster.{verb}", "poster_template", template.id, before=before)
    except NotFound:
        raise
    except ShopError as error:
        notice(error.message, "error", **error.params)
        return go(f"{TEMPLATES}/{template_id}")
    notice(sentence, name=template.name)
    return go(back)


def _actor() -> str:
    return staff().actor
