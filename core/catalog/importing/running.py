"""Imports as edges start them: these functions open units of work of their own, one a chunk.

Progress is stored in the transaction that writes the chunk, so a run that is killed at any moment
is taken up at the next start exactly where its last chunk ended.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from core.catalog.importing import runs
from core.catalog.importing.deciding import Decision, decide
from core.catalog.importing.invoices import InvoicePlan
from core.catalog.importing.mappings import guess_mapping
from core.catalog.importing.merchant import MerchantPlan
from core.catalog.importing.snapshots import category_paths
from core.catalog.importing.sources import CsvSource
from core.catalog.importing.types import (
    ColumnMapping,
    ImportPreview,
    ImportReport,
    Line,
    Outcome,
    Unit,
    Verdict,
)
from core.catalog.importing.writing import carry_out
from core.db.engine import Database
from core.kernel.ids import new_id

CHUNK_LINES = 2_000
CHUNK_PRODUCTS = 500
_SAMPLES = {Outcome.FAILED: 50, Outcome.SKIPPED: 20, Outcome.IMPORTED: 10, Outcome.MERGED: 5}

Progress = Callable[[int, int], None]


def import_file(
    database: Database,
    path: Path,
    *,
    actor: str,
    mapping: ColumnMapping | None = None,
    on_progress: Progress | None = None,
    chunk_lines: int = CHUNK_LINES,
) -> ImportReport:
    """Import a file of this machine from beginning to end, or from where it was left.

    Without a ``mapping`` the head of the file decides. ``on_progress`` is called with lines done
    and lines in all after every chunk.

    Raises:
        Rejected: the file or its columns cannot be read.
        Conflict: the same import is going on in another process.
    """
    source = CsvSource.of_file(path)
    return import_source(
        database,
        source,
        mapping or guess_mapping(source.columns),
        actor=actor,
        on_progress=on_progress,
        chunk_lines=chunk_lines,
    )


def import_source(
    database: Database,
    source: CsvSource,
    mapping: ColumnMapping,
    *,
    actor: str,
    on_progress: Progress | None = None,
    chunk_lines: int = CHUNK_LINES,
) -> ImportReport:
    """As :func:`import_file`, of an opened source: an upload that was kept, say."""
    plan = plan_of(source.lines, mapping)
    with database.write() as session:
        run_id, is_resumed = runs.open_run(
            session,
            filename=source.name,
            content_hash=source.content_hash,
            mapping=mapping,
            total=plan.total,
            actor=actor,
        )
        begun_at = done = runs.run_report(session, run_id).done
    report = on_progress or _quiet
    report(done, plan.total)
    for chunk in _chunks(_after(plan.units(), done), chunk_lines):
        lines = sum(len(unit.verdicts) for unit in chunk)
        with database.write() as session:
            runs.advance(session, run_id, seen=done, lines=lines)
            decisions = carry_out(
                session, decide(session, chunk), key=f"import:{run_id}", actor=actor
            )
            _enter(session, run_id, decisions)
        done += lines
        report(done, plan.total)
    with database.write() as session:
        runs.finish(session, run_id)
        return runs.run_report(session, run_id, is_resumed=is_resumed and begun_at > 0)


def preview_import(session: Session, source: CsvSource, mapping: ColumnMapping) -> ImportPreview:
    """What an import would do; writes nothing. The session is one for reading."""
    plan = plan_of(source.lines, mapping)
    tally: Counter[str] = Counter()
    samples: dict[Outcome, list[Verdict]] = {outcome: [] for outcome in _SAMPLES}
    shelves: dict[tuple[str, ...], None] = {}
    for chunk in _chunks(plan.units(), CHUNK_LINES):
        for decision in decide(session, chunk):
            tally.update(runs.tally_of([decision]))
            for verdict in decision.verdicts:
                if len(samples[verdict.outcome]) < _SAMPLES[verdict.outcome]:
                    samples[verdict.outcome].append(verdict)
            if decision.product is not None and decision.product.category:
                shelves[decision.product.category] = None
    known = set(category_paths(session).values()) if shelves else set()
    return ImportPreview(
        mapping=mapping,
        columns=source.columns,
        total=plan.total,
        imported=tally[Outcome.IMPORTED],
        merged=tally[Outcome.MERGED],
        skipped=tally[Outcome.SKIPPED],
        failed=tally[Outcome.FAILED],
        created=tally["created"],
        changed=tally["changed"],
        unchanged=tally["unchanged"],
        reasons={
            name.removeprefix("reason:"): count
            for name, count in sorted(tally.items())
            if name.startswith("reason:")
        },
        new_categories=tuple(" > ".join(path) for path in shelves if path not in known),
        samples=tuple(runs.view_of(verdict) for kept in samples.values() for verdict in kept),
    )


def retry_rows(
    database: Database,
    run_id: UUID,
    corrections: Mapping[int, Mapping[str, str]],
    *,
    actor: str,
) -> ImportReport:
    """Try the failed lines of a run again, and only those, with cells mended by hand.

    ``corrections`` holds new cells by line number and column of the file; lines without any are
    tried as they stood. Lines that go through leave the list of failures and are counted anew;
    the others keep their new content and reason.
    """
    with database.write() as session:
        mapping = runs.run_mapping(session, run_id)
        lines = [
            Line(line.no, {**line.cells, **corrections.get(line.no, {})})
            for line in runs.failed_lines(session, run_id)
        ]
        plan = plan_of(lambda: iter(lines), mapping)
        units = list(plan.units())
        decisions = carry_out(
            session,
            decide(session, units),
            key=f"retry:{new_id()}",
            actor=actor,
        )
        runs.drop_failed(session, run_id)
        _enter(session, run_id, decisions)
        return runs.run_report(session, run_id)


def plan_of(
    lines: Callable[[], Iterator[Line]], mapping: ColumnMapping
) -> InvoicePlan | MerchantPlan:
    """The plan of a file: what each of its lines stands for, before the catalogue is looked at."""
    maker = InvoicePlan if mapping.form == "invoices" else MerchantPlan
    return maker(lines, mapping)


def _enter(session: Session, run_id: UUID, decisions: list[Decision]) -> None:
    """Book what became of lines: figures, and the lines to be listed."""
    runs.add_counts(session, run_id, runs.tally_of(decisions))
    runs.keep_rows(session, run_id, [v for each in decisions for v in each.verdicts])


def _chunks(units: Iterator[Unit], most_lines: int) -> Iterator[list[Unit]]:
    """Units in runs of at least one, at most so many lines or 500 products."""
    chunk: list[Unit] = []
    lines = products = 0
    for unit in units:
        if chunk and (lines + len(unit.verdicts) > most_lines or products >= CHUNK_PRODUCTS):
            yield chunk
            chunk, lines, products = [], 0, 0
        chunk.append(unit)
        lines += len(unit.verdicts)
        products += unit.product is not None
    if chunk:
        yield chunk


def _after(units: Iterator[Unit], done: int) -> Iterator[Unit]:
    """The units behind the first ``done`` lines."""
    for unit in units:
        if done <= 0:
            return chain([unit], units)
        done -= len(unit.verdicts)
    return iter(())


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches."""
