"""Imports that run or ran: progress, figures, lines that did not go through, trying them again."""

from uuid import UUID

import flask
from flask import request
from werkzeug.wrappers import Response

from core.catalog.importing import (
    Outcome,
    failed_rows_csv,
    noted_rows,
    recent_runs,
    retry_rows,
    run_mapping,
    run_report,
)
from core.kernel.errors import ShopError
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, csv_download, done, page_number, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.queries.people import actor_names
from core.web.admin.queries.uploads import origin_of, reason_sentences
from core.web.admin.render import render_admin_page
from core.web.admin.views.imports.keeping import carry_out, is_kept, kept

_OUTCOMES = (Outcome.FAILED, Outcome.SKIPPED, Outcome.MERGED)


@admin.get("/imports")
@access("staff:product.import")
def imports() -> str:
    """The latest imports."""
    session = context.reader()
    runs = recent_runs(session, limit=50)
    return render_admin_page(
        "imports/index.html",
        here="imports",
        runs=runs,
        actors=actor_names(session, [run.actor for run in runs]),
    )


@admin.get("/imports/<uuid:run_id>")
@access("staff:product.import")
def import_run(run_id: UUID) -> str:
    """One import."""
    return _show(run_id)


def _show(run_id: UUID, errors: list[str] | None = None) -> str:
    session = context.reader()
    report = run_report(session, run_id)
    asked = request.args.get("outcome", "failed" if report.failed else "")
    outcome = asked if asked in {str(each) for each in _OUTCOMES} else ""
    page = noted_rows(session, run_id, outcome=outcome or None, page=page_number(), per_page=50)
    columns = list(dict.fromkeys(name for row in page.items for name in row.content))
    return render_admin_page(
        "imports/run.html",
        here="imports",
        report=report,
        page=page,
        columns=columns,
        mapped=set(run_mapping(session, run_id).columns.values()),
        outcome=outcome,
        outcomes=[str(each) for each in _OUTCOMES],
        reasons=reason_sentences(session, run_id),
        can_resume=report.state != "done" and is_kept(origin_of(session, run_id).content_hash),
        typed=request.form if request.method == "POST" else {},
        errors=errors or [],
    )


@admin.post("/imports/<uuid:run_id>/retry")
@access("staff:product.import")
def retry_failed(run_id: UUID) -> Answer:
    """Try the failed lines again, with the cells mended on the page."""
    corrections: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        parts = name.split("-", 2)
        if len(parts) == 3 and parts[0] == "cell" and parts[1].isdecimal():
            corrections.setdefault(int(parts[1]), {})[parts[2]] = value
    before = run_report(context.reader(), run_id).failed
    context.close_reader()
    try:
        report = retry_rows(
            context.shop().database, run_id, corrections, actor=context.staff().actor
        )
    except ShopError as error:
        return _show(run_id, sentences(error)), error.status
    with context.writing() as session:
        record(
            session,
            "product.import_retry",
            "import",
            run_id,
            before={"failed": before},
            after={"failed": report.failed},
        )
    message = "Lines that went through: %(count)s. Still failing: %(left)s."
    return done(
        f"/admin/imports/{run_id}", message, count=before - report.failed, left=report.failed
    )


@admin.post("/imports/<uuid:run_id>/resume")
@access("staff:product.import")
def resume(run_id: UUID) -> Answer:
    """Take up an import that was cut off."""
    session = context.reader()
    origin, mapping = origin_of(session, run_id), run_mapping(session, run_id)
    try:
        source = kept(origin.content_hash, origin.filename)
    except ShopError as error:
        return _show(run_id, sentences(error)), error.status
    with context.writing() as unit:
        record(unit, "product.import_resume", "import", run_id)
    carry_out(source, mapping, context.staff().actor)
    return flask.redirect(f"/admin/imports/{run_id}", 303)


@admin.get("/imports/<uuid:run_id>/failed.csv")
@access("staff:product.import")
def failed_csv(run_id: UUID) -> Response:
    """The failed lines as a file to mend."""
    session = context.reader()
    rows = noted_rows(session, run_id, outcome=Outcome.FAILED, per_page=1).items
    columns = (
        list(rows[0].content) if rows else sorted(run_mapping(session, run_id).columns.values())
    )
    return csv_download(
        "failed-lines.csv", failed_rows_csv(session, run_id, columns, explain=i18n.sentence)
    )
