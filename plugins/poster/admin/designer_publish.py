"""One template with its versions; publishing a draft, and going back to what was."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from core.api.errors import Conflict, NotFound, ShopError
from core.api.web import audit, notice, reader, staff, translate_error, writing
from plugins.poster.admin.designer_judging import remarks_on
from plugins.poster.admin.designer_looking import stored_variants
from plugins.poster.admin.designer_page import (
    TEMPLATES,
    go,
    look_url,
    seen_revision,
    show_page,
    template_or_404,
    working,
)
from plugins.poster.admin.designer_wording import PURPOSE_SENTENCES, change_groups, summary_of
from plugins.poster.services import designing
from plugins.poster.services.template_views import (
    TemplateView,
    VersionView,
    unknown,
    versions_of,
)
from plugins.poster.services.templates import draft_of, publish, save_draft

SUMMARY_LIMIT = 200


def show(template_id: str) -> str:
    """A template: how it looks, what members get, and every version."""
    session = reader()
    template = template_or_404(session, template_id)
    layout, form = working(session, template)
    return show_page(
        "designer_template.html",
        it=template,
        sentence_of=PURPOSE_SENTENCES[template.purpose],
        is_leading=template.id in designing.leading(session),
        poster_count=designing.poster_counts(session).get(template.id, 0),
        versions=versions_of(session, template.id),
        remarks=remarks_on(form, layout, template.purpose),
        layout=layout,
        revision=form.revision,
        variants=stored_variants(layout, template.purpose, look_url(template.id, "draft")),
    )


def ask(template_id: str) -> str:
    """What publishing the draft would change, in words and side by side."""
    return _publish_page(template_or_404(reader(), template_id))


def _publish_page(template: TemplateView, errors: Any = (), summary: str | None = None) -> str:
    layout, form = working(reader(), template)
    before = template.layout if template.version else None
    return show_page(
        "designer_publish.html",
        it=template,
        layout=layout,
        form=form,
        groups=change_groups(before, layout) if before is not None else [],
        is_same=before == layout,
        remarks=remarks_on(form, layout, template.purpose),
        summary=summary_of(before, layout) if summary is None else summary,
        summary_limit=SUMMARY_LIMIT,
        errors=list(errors),
    )


def confirm(template_id: str) -> Any:
    """Publish the draft that was looked at."""
    summary = request.form.get("summary", "")[:SUMMARY_LIMIT]
    try:
        with writing() as session:
            template = template_or_404(session, template_id)
            draft = draft_of(session, template.id)
            layout, _form = working(session, template)
            made = publish(
                session,
                template.id,
                layout,
                staff().actor,
                summary=summary,
                revision=seen_revision() if draft is not None else None,
            )
            after = {"version": made.version, "summary": made.summary}
            audit(session, "poster.publish", "poster_template", template.id, after=after)
    except NotFound:
        raise
    except ShopError as error:
        template = template_or_404(reader(), template_id)
        sentence = translate_error(error)
        return _publish_page(template, [sentence], summary), error.status
    notice("Version %(version)s is what members get from now on.", version=made.version)
    return go(f"{TEMPLATES}/{template.id}")


def show_version(template_id: str, version: int) -> str:
    """One version: how it looked and what it changed."""
    session = reader()
    template = template_or_404(session, template_id)
    found, earlier = _version(session, template, version)
    _layout, form = working(session, template)
    return show_page(
        "designer_version.html",
        it=template,
        revision=form.revision,
        version=found,
        groups=change_groups(earlier.layout, found.layout) if earlier is not None else [],
        earlier=earlier,
        variants=stored_variants(
            found.layout, template.purpose, look_url(template.id, str(version))
        ),
    )


def restore(template_id: str, version: int) -> Any:
    """Make an old version the draft, to be published as a new one."""
    try:
        with writing() as session:
            template = template_or_404(session, template_id)
            found, _earlier = _version(session, template, version)
            save_draft(session, template.id, found.layout, staff().actor, revision=seen_revision())
            before = {"version": version}
            audit(session, "poster.restore", "poster_template", template.id, before=before)
    except Conflict as error:
        notice(error.message, "error")
        return go(f"{TEMPLATES}/{template_id}/versions/{version}")
    notice(
        "Version %(version)s is your draft now. Publish it to give it to members.", version=version
    )
    return go(f"{TEMPLATES}/{template_id}/design")


def _version(
    session: Session, template: TemplateView, number: int
) -> tuple[VersionView, VersionView | None]:
    """A version and the one before it.

    Raises:
        NotFound: there is none of this number.
    """
    found = {each.version: each for each in versions_of(session, template.id)}
    if number not in found:
        raise unknown()
    return found[number], found.get(number - 1)
