"""The books of imports: which run, how far, what became of its lines. Nothing here commits."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.importing.deciding import Decision
from core.catalog.importing.reasons import REASONS
from core.catalog.importing.types import (
    ColumnMapping,
    ImportReport,
    Line,
    Outcome,
    RowView,
    Verdict,
)
from core.catalog.models import ImportRow, ImportRun
from core.kernel.clock import now
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_id
from core.kernel.paging import Page

KIND = "products"
_RUN = ImportRun.__table__
_ROW = ImportRow.__table__


def tally_of(decisions: Iterable[Decision]) -> Counter[str]:
    """Lines by outcome, products by effect, and lines by reason under ``reason:<code>``."""
    tally: Counter[str] = Counter()
    for decision in decisions:
        for verdict in decision.verdicts:
            tally[verdict.outcome] += 1
            tally[f"reason:{verdict.code}"] += 1
        if decision.effect in {"created", "changed"}:
            tally[decision.effect] += 1
        elif decision.effect is not None:
            tally["unchanged"] += 1
    return tally


def open_run(
    session: Session,
    *,
    filename: str,
    content_hash: str,
    mapping: ColumnMapping,
    total: int,
    actor: str,
    state: str = "running",
) -> tuple[UUID, bool]:
    """The run to work on, and whether it was begun before.

    An import of the same file through the same mapping that never came to its end is taken up
    again; otherwise a new run is made.
    """
    unfinished = session.execute(
        sa.select(_RUN.c.id, _RUN.c.mapping)
        .where(
            _RUN.c.kind == KIND,
            _RUN.c.content_hash == content_hash,
            _RUN.c.state.in_(("running", "preview")),
        )
        .order_by(_RUN.c.id.desc())
    )
    for row in unfinished:
        if row.mapping == mapping.as_json():
            return row.id, True
    run_id = new_id()
    session.execute(
        sa.insert(_RUN).values(  # type: ignore[arg-type]
            id=run_id,
            kind=KIND,
            filename=filename[:200],
            content_hash=content_hash,
            mapping=mapping.as_json(),
            state=state,
            total_rows=total,
            done_rows=0,
            counts={},
            actor=actor,
            created_at=now(),
        )
    )
    return run_id, False


def advance(session: Session, run_id: UUID, *, seen: int, lines: int) -> None:
    """Claim the next ``lines`` lines after the ``seen`` that were done when they were read.

    Raises:
        Conflict: another process did some of them meanwhile.
    """
    changed = session.execute(
        sa.update(_RUN)  # type: ignore[arg-type]
        .where(_RUN.c.id == run_id, _RUN.c.done_rows == seen, _RUN.c.state != "done")
        .values(done_rows=seen + lines, state="running")
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("import.elsewhere", "This import is going on in another process.")


def add_counts(session: Session, run_id: UUID, tally: Mapping[str, int]) -> None:
    """Add to the run's figures."""
    counts = Counter(session.scalar(sa.select(_RUN.c.counts).where(_RUN.c.id == run_id)) or {})
    counts.update(tally)
    kept = {name: count for name, count in counts.items() if count}
    session.execute(sa.update(_RUN).where(_RUN.c.id == run_id).values(counts=kept))  # type: ignore[arg-type]


def keep_rows(session: Session, run_id: UUID, verdicts: Sequence[Verdict]) -> None:
    """Put lines into the run's list, in one statement."""
    rows = [_row(run_id, verdict) for verdict in verdicts if verdict.is_kept]
    if rows:
        session.execute(sa.insert(_ROW), rows)  # type: ignore[arg-type]


def drop_failed(session: Session, run_id: UUID) -> None:
    """Take the failed lines out of the run's list and figures, for they are tried again."""
    wanted = (_ROW.c.run_id == run_id, _ROW.c.outcome == Outcome.FAILED)
    codes = session.execute(
        sa.select(_ROW.c.code, sa.func.count()).where(*wanted).group_by(_ROW.c.code)
    )
    tally = Counter({f"reason:{code}": -count for code, count in codes})
    tally[Outcome.FAILED] = tally.total()
    add_counts(session, run_id, tally)
    session.execute(sa.delete(_ROW).where(*wanted))  # type: ignore[arg-type]


def finish(session: Session, run_id: UUID) -> None:
    """Mark a run as done."""
    session.execute(
        sa.update(_RUN)  # type: ignore[arg-type]
        .where(_RUN.c.id == run_id)
        .values(state="done", finished_at=now())
    )


def run_report(session: Session, run_id: UUID, *, is_resumed: bool = False) -> ImportReport:
    """What a run adds up to so far.

    Raises:
        NotFound: no such run.
    """
    row = session.execute(sa.select(_RUN).where(_RUN.c.id == run_id)).first()
    if row is None:
        raise NotFound("import.unknown", "There is no such import.")
    return _report(row, is_resumed)


def recent_runs(session: Session, *, limit: int = 20) -> list[ImportReport]:
    """The latest product imports, newest first."""
    rows = session.execute(
        sa.select(_RUN).where(_RUN.c.kind == KIND).order_by(_RUN.c.id.desc()).limit(limit)
    )
    return [_report(row, False) for row in rows]


def run_mapping(session: Session, run_id: UUID) -> ColumnMapping:
    """The mapping that a run works with.

    Raises:
        NotFound: no such run.
    """
    stored = session.scalar(sa.select(_RUN.c.mapping).where(_RUN.c.id == run_id))
    if stored is None:
        raise NotFound("import.unknown", "There is no such import.")
    return ColumnMapping.from_json(stored)


def noted_rows(
    session: Session,
    run_id: UUID,
    *,
    outcome: str | None = None,
    page: int = 1,
    per_page: int = 50,
) -> Page[RowView]:
    """A page of the lines that were not imported as they stood, in the order of the file."""
    wanted = [_ROW.c.run_id == run_id]
    if outcome:
        wanted.append(_ROW.c.outcome == outcome)
    total = session.scalar(sa.select(sa.func.count()).select_from(_ROW).where(*wanted)) or 0
    rows = session.execute(
        sa.select(_ROW)
        .where(*wanted)
        .order_by(_ROW.c.line_no)
        .limit(per_page)
        .offset((max(1, page) - 1) * per_page)
    )
    return Page(tuple(map(_row_view, rows)), total, max(1, page), per_page)


def failed_lines(session: Session, run_id: UUID) -> list[Line]:
    """Every failed line of a run as it stood in the file."""
    rows = session.execute(
        sa.select(_ROW.c.line_no, _ROW.c.content)
        .where(_ROW.c.run_id == run_id, _ROW.c.outcome == Outcome.FAILED)
        .order_by(_ROW.c.line_no)
    )
    return [Line(row.line_no, row.content) for row in rows]


def view_of(verdict: Verdict) -> RowView:
    """A verdict as pages show it."""
    return RowView(
        line_no=verdict.line.no,
        outcome=verdict.outcome,
        code=verdict.code,
        message=verdict.message or REASONS.get(verdict.code, verdict.code),
        params=verdict.params,
        content=verdict.line.cells,
    )


def _row(run_id: UUID, verdict: Verdict) -> dict[str, Any]:
    view = view_of(verdict)
    return {
        "run_id": run_id,
        "line_no": view.line_no,
        "outcome": str(view.outcome),
        "code": view.code,
        "message": view.message,
        "params": dict(view.params),
        "content": dict(view.content),
    }


def _row_view(row: sa.Row[*tuple[Any, ...]]) -> RowView:
    return RowView(row.line_no, row.outcome, row.code, row.message, row.params, row.content)


def _report(row: sa.Row[*tuple[Any, ...]], is_resumed: bool) -> ImportReport:
    counts = Counter(row.counts)
    reasons = {
        name.removeprefix("reason:"): count
        for name, count in sorted(row.counts.items())
        if name.startswith("reason:")
    }
    return ImportReport(
        run_id=row.id,
        filename=row.filename,
        form=row.mapping["form"],
        state=row.state,
        actor=row.actor,
        total=row.total_rows,
        done=row.done_rows,
        imported=counts[Outcome.IMPORTED],
        merged=counts[Outcome.MERGED],
        skipped=counts[Outcome.SKIPPED],
        failed=counts[Outcome.FAILED],
        created=counts["created"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        reasons=reasons,
        created_at=row.created_at,
        finished_at=row.finished_at,
        is_resumed=is_resumed,
    )
