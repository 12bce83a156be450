"""The list of templates, starting a new one, and what is done with a whole template."""

from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.errors import NotFound, ShopError
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
    purpose_or_first,
    seen_revision,
    show_page,
    template_or_404,
)
from plugins.poster.admin.designer_wording import PURPOSE_SENTENCES
from plugins.poster.rules import SIZES, Layout, Purpose
from plugins.poster.services import designing
from plugins.poster.services.starters import Starter, starter_named, starters
from plugins.poster.services.template_views import TemplateView, all_templates
from plugins.poster.services.templates import create, discard_draft, rename


def show() -> str:
    """All templates, by purpose; archived ones behind a link of their own."""
    found = all_templates(reader())
    purpose = request.args.get("purpose", "")
    is_archive = request.args.get("shown") == "archived"
    kept = [each for each in found if not each.is_shown]
    wanted = kept if is_archive else [each for each in found if each.is_shown]
    wanted.sort(key=lambda each: list(Purpose).index(each.purpose))
    counts = {each: sum(it.purpose == each for it in wanted) for each in Purpose}
    return show_page(
        "designer_list.html",
        found=[each for each in wanted if not purpose or each.purpose == purpose],
        counts=counts,
        total=len(wanted),
        purpose=purpose,
        is_archive=is_archive,
        archived_count=len(kept),
        leading=designing.leading(found),
        poster_counts=designing.poster_counts(reader()),
    )


def choose_starter() -> str:
    """What a new template may start from."""
    return _starters_page()


def _starters_page(errors: Any = (), name: str = "", chosen: str = "") -> str:
    return show_page(
        "designer_new.html",
        starters=starters(locale()),
        sentences=PURPOSE_SENTENCES,
        sizes=SIZES,
        errors=list(errors),
        name=name,
        chosen=chosen,
    )


def make() -> Any:
    """A new template from a starter or from nothing; on to its editor."""
    name, chosen = request.form.get("name", ""), request.form.get("starter", "")
    try:
        starter = starter_named(chosen, locale()) if chosen else _blank()
        layout = _with_picture(starter)
        with writing() as session:
            made = create(session, name.strip() or starter.name, starter.purpose, layout, _actor())
            after = {"name": name or starter.name}
            audit(session, "poster.create", "poster_template", made, after=after)
    except NotFound:
        raise
    except ShopError as error:
        return _starters_page([translate_error(error)], name[:80], chosen), error.status
    return go(f"{TEMPLATES}/{made}/design")


def _blank() -> Starter:
    size = request.form.get("size", "")
    width, height = SIZES.get(size, SIZES["screen"])
    purpose = purpose_or_first(request.form.get("purpose", ""))
    return Starter("", str(_("New poster")), "", purpose, Layout(width, height, "#FFFFFF"), None)


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
        name = _("%(name)s, copy", name=template.name)[:60]
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
