"""The steps before an import: upload, choose columns, look at what would happen, start."""

from itertools import islice
from typing import cast
from urllib.parse import urlencode

import flask
from flask import request
from werkzeug.wrappers import Response

from core.catalog.importing import (
    MOST_BYTES,
    ColumnMapping,
    CsvSource,
    checked_mapping,
    guess_mapping,
    preview_import,
    template_csv,
)
from core.catalog.importing.running import plan_of
from core.catalog.importing.runs import open_run
from core.catalog.importing.types import Form
from core.kernel.errors import Rejected, ShopError
from core.web import context, i18n
from core.web.access import access
from core.web.admin.answers import Answer, csv_download, sentences
from core.web.admin.auditing import record
from core.web.admin.blueprint import admin
from core.web.admin.render import render_admin_page
from core.web.admin.views.imports.fields import fields_of, refusals
from core.web.admin.views.imports.keeping import carry_out, keep, kept

_SHOWN_LINES = 4


@admin.get("/imports/new")
@access("staff:product.import")
def new_import() -> str:
    """Choose a file."""
    return _show_upload()


def _show_upload(errors: list[str] | None = None) -> str:
    return render_admin_page(
        "imports/upload.html",
        here="imports",
        limit_mb=MOST_BYTES // 1024 // 1024,
        errors=errors or [],
    )


@admin.get("/imports/template.csv")
@access("staff:product.import")
def import_template() -> Response:
    """An example file in the columns that the import reads."""
    heads = "en" if i18n.locale() == i18n.ENGLISH else "zh"
    return csv_download("products-template.csv", template_csv(heads=heads))  # type: ignore[arg-type]


@admin.post("/imports/new")
@access("staff:product.import")
def upload() -> Answer:
    """Keep the file and go on to its columns."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _show_upload([i18n.gettext("Choose a CSV file first.")]), 422
    try:
        source = keep(file.filename, file.stream.read(MOST_BYTES + 1))
    except ShopError as error:
        return _show_upload(sentences(error)), error.status
    query = urlencode({"name": source.name})
    return flask.redirect(f"/admin/imports/file/{source.content_hash}?{query}", 303)


@admin.get("/imports/file/<content_hash>")
@access("staff:product.import")
def columns(content_hash: str) -> str:
    """Which column is which; guessed from the names at first."""
    return _show_columns(_source(content_hash))


def _show_columns(source: CsvSource, errors: list[str] | None = None) -> str:
    form = _asked_form() or _guessed_form(source)
    chosen = _chosen(form)
    if not chosen:
        try:
            chosen = dict(guess_mapping(source.columns, form).columns)
        except Rejected as error:
            errors = errors or refusals(error)
    return render_admin_page(
        "imports/columns.html",
        here="imports",
        source=source,
        form=form,
        fields=fields_of(form),
        chosen=chosen,
        lines=list(islice(source.lines(), _SHOWN_LINES)),
        errors=errors or [],
    )


@admin.get("/imports/file/<content_hash>/preview")
@access("staff:product.import")
def preview(content_hash: str) -> Answer:
    """What the import would do; nothing is written."""
    source = _source(content_hash)
    try:
        mapping = _mapping(source, request.args)
        found = preview_import(context.reader(), source, mapping)
    except ShopError as error:
        return _show_columns(source, refusals(error)), error.status
    return render_admin_page(
        "imports/preview.html",
        here="imports",
        source=source,
        mapping=mapping,
        preview=found,
        back=f"/admin/imports/file/{content_hash}?{request.query_string.decode()}",
    )


@admin.post("/imports/file/<content_hash>/run")
@access("staff:product.import")
def start(content_hash: str) -> Answer:
    """Begin in the background, or take up a run that was cut off, and watch it."""
    source = kept(content_hash, request.form.get("name", ""))
    actor = context.staff().actor
    try:
        mapping = _mapping(source, request.form)
        total = plan_of(source.lines, mapping).total
        with context.writing() as session:
            run_id, is_resumed = open_run(
                session,
                filename=source.name,
                content_hash=source.content_hash,
                mapping=mapping,
                total=total,
                actor=actor,
            )
            record(
                session,
                "product.import",
                "import",
                run_id,
                after={"file": source.name, "lines": total, "resumed": is_resumed},
            )
    except ShopError as error:
        return _show_columns(source, refusals(error)), error.status
    carry_out(source, mapping, actor)
    return flask.redirect(f"/admin/imports/{run_id}", 303)


def _source(content_hash: str) -> CsvSource:
    return kept(content_hash, request.args.get("name", ""))


def _asked_form() -> Form | None:
    asked = request.args.get("form", "")
    return cast(Form, asked) if asked in ("products", "invoices") else None


def _guessed_form(source: CsvSource) -> Form:
    try:
        return guess_mapping(source.columns).form
    except Rejected:
        return "products"


def _chosen(form: str) -> dict[str, str]:
    names = [name for name, _ in fields_of(form)]
    found = {name: request.args.get(f"col-{name}", "") for name in names}
    return {name: column for name, column in found.items() if column}


def _mapping(source: CsvSource, sent: object) -> ColumnMapping:
    values = cast("dict[str, str]", sent)
    form: Form = "invoices" if values.get("form") == "invoices" else "products"
    chosen = {name: values.get(f"col-{name}", "") for name, _ in fields_of(form)}
    return checked_mapping(
        form, {name: column for name, column in chosen.items() if column}, source.columns
    )
