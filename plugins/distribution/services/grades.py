"""Grades of distributors: found after settlement, given by staff, with their history."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import new_id
from core.api.errors import InvalidInput, NotFound, Rejected
from core.api.events import OrderSettled
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.distribution.models import Distributor, GradeEvent
from plugins.distribution.rules import Joining, Measure, Programme
from plugins.distribution.rules.grading import Numbers, due_grade, measures_of
from plugins.distribution.services.distributors import DistributorState, enter
from plugins.distribution.services.measuring import measure
from plugins.distribution.services.programmes import current, version_numbered

ACTOR = "plugin:distribution"
CHUNK = 500
_TABLE: Any = Distributor.__table__
_EVENTS: Any = GradeEvent.__table__
_Move = tuple[UUID | None, UUID | None]


@dataclass(frozen=True)
class _Event:
    """What happened to some distributors, as a row for each of them keeps it."""

    old_grade_id: UUID | None
    new_grade_id: UUID | None
    programme_version: int
    actor: str = ACTOR
    reason: str = ""
    is_locked: bool | None = None


def is_evaluating(programme: Programme) -> bool:
    """Whether the programme has a grade that can be reached."""
    return bool(measures_of(programme.grades))


def numbers_of(session: Session, member_id: UUID, programme: Programme) -> Numbers:
    """What the programme's grades ask for, measured of one distributor."""
    wanted = measures_of(programme.grades)
    return measure(session, [member_id], wanted, depth=programme.depth)[member_id]


def evaluate(session: Session, member_ids: Iterable[UUID], programme: Programme) -> int:
    """Give distributors the grades that they have reached; some statements for each 500 of them.

    Only those who are active and whose grade is not locked. Their rows are locked first, in one
    order, so that two evaluations at once write one event. Where every member may earn, one who
    reaches a grade becomes a distributor by it.

    Returns:
        How many grades changed.
    """
    if not is_evaluating(programme):
        return 0
    ids, changed = sorted(set(member_ids)), 0
    for start in range(0, len(ids), CHUNK):
        changed += _evaluate(session, ids[start : start + CHUNK], programme)
    return changed


def evaluate_buyer(session: Session, event: OrderSettled) -> None:
    """A settled order may raise its buyer, who need not earn on it. One statement where none can.

    Those who earn on it are evaluated by the job that settles.
    """
    programme = current(session)
    if Measure.OWN_SALES in measures_of(programme.grades):
        evaluate(session, [event.member_id], programme)


def _evaluate(session: Session, member_ids: Sequence[UUID], programme: Programme) -> int:
    rows = session.execute(
        sa.select(_TABLE.c.member_id, _TABLE.c.grade_id, _TABLE.c.state, _TABLE.c.is_grade_locked)
        .where(_TABLE.c.member_id.in_(member_ids))
        .order_by(_TABLE.c.member_id)
        .with_for_update()
    ).all()
    held: dict[UUID, UUID | None] = {
        row.member_id: row.grade_id
        for row in rows
        if row.state == DistributorState.ACTIVE and not row.is_grade_locked
    }
    newcomers: set[UUID] = set()
    if programme.joining == Joining.EVERYONE:
        newcomers = set(member_ids) - {row.member_id for row in rows}
        held.update(dict.fromkeys(newcomers))
    wanted = measures_of(programme.grades)
    found = measure(session, list(held), wanted, depth=programme.depth)
    moves = defaultdict[_Move, list[UUID]](list)
    for member_id, grade_id in held.items():
        due = due_grade(programme, grade_id, found[member_id])
        if due != grade_id:
            moves[grade_id, due].append(member_id)
    moved = {member_id for members in moves.values() for member_id in members}
    enter(session, sorted(newcomers & moved), DistributorState.ACTIVE, ACTOR)
    return sum(
        _move(session, members, old, new, programme.version)
        for (old, new), members in moves.items()
    )


def _move(
    session: Session,
    member_ids: Sequence[UUID],
    old: UUID | None,
    new: UUID | None,
    version: int,
) -> int:
    """Change the grade of those who still have the old one, and write it down for those only."""
    still = sa.and_(
        _TABLE.c.member_id.in_(member_ids),
        _TABLE.c.grade_id.is_not_distinct_from(old),
        _TABLE.c.state == DistributorState.ACTIVE,
        sa.not_(_TABLE.c.is_grade_locked),
    )
    return _change(session, still, _Event(old, new, version))


def _change(session: Session, which: Any, event: _Event) -> int:
    update = sa.update(_TABLE).where(which).values(grade_id=event.new_grade_id, graded_at=now())
    changed = session.connection().execute(update.returning(_TABLE.c.member_id))
    done = list(changed.scalars())
    if done:
        _write_down(session, done, event)
        session.expire_all()
    return len(done)


def _write_down(session: Session, member_ids: Sequence[UUID], event: _Event) -> None:
    common = {**asdict(event), "at": now()}
    rows = [{"id": new_id(), "member_id": member_id, **common} for member_id in member_ids]
    session.connection().execute(sa.insert(_EVENTS), rows)


def give(
    session: Session,
    member_id: UUID,
    grade_id: UUID | None,
    *,
    programme: Programme,
    is_locked: bool,
    actor: str,
    reason: str,
) -> Distributor:
    """Staff gives a distributor a grade, or none, and says whether it may change by itself.

    Raises:
        NotFound: no such distributor, or no such grade.
        InvalidInput: no reason was given.
        Rejected: nothing would change, and the reason would stand nowhere.
    """
    reason = squeeze(reason)[:200]
    if not reason:
        raise InvalidInput(
            "distribution.reason",
            "Please give a reason; the distributor will see it.",
            field="reason",
        )
    row = session.get(Distributor, member_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("distribution.distributor", "There is no such distributor.")
    if grade_id is not None and programme.grade(grade_id) is None:
        raise NotFound("distribution.grade", "There is no such grade.")
    lock = None if row.is_grade_locked == is_locked else is_locked
    if row.grade_id == grade_id and lock is None:
        raise Rejected(
            "distribution.grade_same", "They have this grade already. Nothing was changed."
        )
    row.is_grade_locked = is_locked
    session.flush()
    event = _Event(row.grade_id, grade_id, programme.version, actor, reason, lock)
    if row.grade_id != grade_id:
        _change(session, _TABLE.c.member_id == member_id, event)
    else:
        _write_down(session, [member_id], event)
    session.refresh(row)
    return row


def replace_grade(
    session: Session,
    old: UUID,
    new: UUID | None,
    *,
    version: int,
    actor: str,
    reason: str,
) -> int:
    """Everybody of a grade that is no more gets another one, or none; locked ones, too."""
    mine = sa.select(_TABLE.c.member_id).where(_TABLE.c.grade_id == old)
    session.execute(mine.order_by(_TABLE.c.member_id).with_for_update())  # as evaluations do
    return _change(session, _TABLE.c.grade_id == old, _Event(old, new, version, actor, reason))


def next_batch(session: Session, after: UUID | None, limit: int = CHUNK) -> Sequence[UUID]:
    """Active distributors whose grade is not locked, in the order of their ids. One statement."""
    query = sa.select(_TABLE.c.member_id).where(
        _TABLE.c.state == DistributorState.ACTIVE, sa.not_(_TABLE.c.is_grade_locked)
    )
    if after is not None:
        query = query.where(_TABLE.c.member_id > after)
    return session.execute(query.order_by(_TABLE.c.member_id).limit(limit)).scalars().all()


def grade_names(session: Session, member_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What the grade of each of these distributors is called, for those who have one."""
    programme = current(session)
    if not member_ids or not programme.grades:
        return {}
    rows = session.execute(
        sa.select(_TABLE.c.member_id, _TABLE.c.grade_id).where(
            _TABLE.c.member_id.in_(set(member_ids)), _TABLE.c.grade_id.is_not(None)
        )
    )
    found = {row.member_id: programme.grade(row.grade_id) for row in rows}
    return {member_id: grade.name for member_id, grade in found.items() if grade}


def holders(session: Session) -> Mapping[UUID, int]:
    """How many distributors have each grade. One statement."""
    counted = sa.select(_TABLE.c.grade_id, sa.func.count().label("members"))
    rows = session.execute(
        counted.where(_TABLE.c.grade_id.is_not(None)).group_by(_TABLE.c.grade_id)
    )
    return {row.grade_id: row.members for row in rows}


@dataclass(frozen=True)
class GradeChange:
    """A line of a distributor's history; empty names are no grade.

    ``is_locked`` is ``None`` where the lock stayed as it was.
    """

    old: str
    new: str
    is_by_staff: bool
    actor: str
    reason: str
    at: datetime
    is_locked: bool | None
    is_move: bool


def history_of(session: Session, member_id: UUID, limit: int = 20) -> list[GradeChange]:
    """How a distributor's grade changed, and when it was locked or set free; newest first."""
    rows = session.execute(
        sa.select(_EVENTS)
        .where(_EVENTS.c.member_id == member_id)
        .order_by(_EVENTS.c.at.desc(), _EVENTS.c.id.desc())
        .limit(limit)
    ).all()
    names = _names(session, {row.programme_version for row in rows})
    return [
        GradeChange(
            old=names.get(row.old_grade_id, ""),
            new=names.get(row.new_grade_id, ""),
            is_by_staff=row.actor.startswith("staff:"),
            actor=row.actor,
            reason=row.reason,
            at=row.at,
            is_locked=row.is_locked,
            is_move=row.old_grade_id != row.new_grade_id,
        )
        for row in rows
    ]


def _names(session: Session, versions: Collection[int]) -> dict[UUID | None, str]:
    """Names of grades in these versions and those before, where one was taken out; newest count."""
    names: dict[UUID | None, str] = {}
    for version in sorted({each - 1 for each in versions} | set(versions)):
        programme = version_numbered(session, version)
        if programme is not None:
            names.update({grade.id: grade.name for grade in programme.grades})
    return names
