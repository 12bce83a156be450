"""``banyan import products``: a catalogue from a CSV file."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.cli.reporting import actor, json_option, opened_shop, report, table

if TYPE_CHECKING:
    from core.catalog.importing import (
        ColumnMapping,
        CsvSource,
        ImportPreview,
        ImportReport,
    )


@click.command("products")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Read a field from this column; may be given several times. The head decides the rest.",
)
@click.option(
    "--form",
    type=click.Choice(["products", "invoices"]),
    default=None,
    help="Whether a line is a SKU or a sale. The head decides when this is not given.",
)
@click.option("--preview", is_flag=True, help="Say what would happen; write nothing.")
@json_option
def import_products(
    file: Path, pairs: tuple[str, ...], form: Any, preview: bool, as_json: bool
) -> None:
    """Import products from FILE, a CSV file (.gz is unpacked).

    Every line is imported, merged, skipped or failed, each with its reason. An import that was
    interrupted goes on where it stopped; one that is repeated changes nothing.
    """
    from core.catalog.importing import CsvSource, import_source, preview_import

    source = CsvSource.of_file(file)
    mapping = _mapping(source, form, pairs)
    with opened_shop() as shop:
        if preview:
            with shop.database.read() as session:
                _report(preview_import(session, source, mapping), as_json)
            return
        with _progress(is_quiet=as_json) as progress:
            task = progress.add_task("Lines", total=None)
            found = import_source(
                shop.database,
                source,
                mapping,
                actor=actor(),
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        _report(found, as_json)


def _mapping(source: "CsvSource", form: Any, pairs: tuple[str, ...]) -> "ColumnMapping":
    from core.catalog.importing import ColumnMapping, checked_mapping, guess_mapping
    from core.kernel.errors import Rejected

    chosen: dict[str, str] = {}
    for pair in pairs:
        field, parting, column = pair.partition("=")
        if not parting:
            raise click.BadParameter(f"{pair!r}: use FIELD=COLUMN", param_hint="--map")
        chosen[field.strip()] = column.strip()
    try:
        guessed = guess_mapping(source.columns, form)
    except Rejected:
        if not chosen:
            raise
        guessed = ColumnMapping(form or "products", {})
    return checked_mapping(guessed.form, {**guessed.columns, **chosen}, source.columns)


def _progress(*, is_quiet: bool) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Remaining(),
        console=Console(stderr=True),
        disable=is_quiet,
    )


def _report(found: "ImportReport | ImportPreview", as_json: bool) -> None:
    values = asdict(found)
    values.pop("samples", None)
    report(values, _text(found), as_json=as_json)


def _text(found: "ImportReport | ImportPreview") -> str:
    from core.catalog.importing import REASONS, ImportReport

    rows = [
        ("lines", found.total),
        ("  imported", found.imported),
        ("  merged", found.merged),
        ("  skipped", found.skipped),
        ("  failed", found.failed),
        ("products created", found.created),
        ("products changed", found.changed),
        ("products unchanged", found.unchanged),
    ]
    reasons = [
        (code, count, REASONS.get(code, "").replace("“%(value)s”", "This"))
        for code, count in found.reasons.items()
    ]
    head = "Done." if isinstance(found, ImportReport) else "Nothing was written."
    if isinstance(found, ImportReport) and found.is_resumed:
        head = "Done; went on where an earlier import stopped."
    return "\n\n".join([head, table(("", ""), rows), table(("reason", "lines", ""), reasons)])
