"""Programme versions: read the one in force or one that an order froze, publish the next."""

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.api.catalog import CategoryView, categories
from core.api.clock import now
from core.api.db import Prepared, new_id
from core.api.errors import Conflict, Rejected
from core.api.text import squeeze
from core.api.values import dataclass
from plugins.distribution.models import Acknowledgement, ProgrammeVersion
from plugins.distribution.rules import (
    Joining,
    Plan,
    Programme,
    Rate,
    RateKind,
    check_programme,
    from_json,
    to_json,
)

NOTICE_VERSION = "2026-01"
"""Version of the legal notice in ``templates/admin/notice.html``."""

DEFAULT_PLAN_ID = UUID("00000000-0000-7000-8000-000000000001")
DEFAULT = Programme(
    version=0,
    depth=2,
    joining=Joining.APPLICATION,
    plans=(
        Plan(
            id=DEFAULT_PLAN_ID,
            name="",
            rate=Rate(RateKind.BPS, (1000, 500, 0)),
            pool_bps=3000,
        ),
    ),
)
"""What holds before a merchant publishes a programme: two levels, 10 % and 5 %."""

_TABLE: Any = ProgrammeVersion.__table__
_NEWEST = Prepared(
    sa.select(_TABLE.c.id)
    .order_by(_TABLE.c.version.desc())
    .limit(sa.literal_column("1", sa.Integer))
)
_BODY = Prepared(
    sa.select(_TABLE.c.version, _TABLE.c.body).where(_TABLE.c.id == sa.bindparam("id"))
)
_KEPT = 64
_LAST = 2**31 - 1
"""The greatest number that a version can have."""
_SHELVES_SECONDS = 10.0
_programmes: OrderedDict[UUID, Programme] = OrderedDict()
_shelves: dict[UUID, tuple[float, dict[UUID, UUID | None]]] = {}


def current(session: Session) -> Programme:
    """The programme in force; :data:`DEFAULT` before the first is published. One statement."""
    row = _NEWEST.first(session, {})
    return by_id(session, row.id if row is not None else None)


def by_id(session: Session, programme_id: UUID | None) -> Programme:
    """A version by its row; ``None`` is :data:`DEFAULT`. A statement at first, then none.

    Versions never change, so this process keeps those it has seen.
    """
    if programme_id is None:
        return DEFAULT
    known = _programmes.get(programme_id)
    if known is not None:
        return known
    row = _BODY.first(session, {"id": programme_id})
    if row is None:
        return DEFAULT
    programme = _programmes[programme_id] = from_json(row.version, row.body)
    while len(_programmes) > _KEPT:
        _programmes.popitem(last=False)
    return programme


def shelves_above(
    session: Session, programme: Programme, category_id: UUID | None
) -> tuple[UUID, ...]:
    """A product's category and those above it, nearest first; empty when no plan names any.

    The tree is read again when it is ten seconds old, or lacks the category: one statement, and
    mostly none.
    """
    if category_id is None or not programme.names_categories:
        return ()
    parents = _parents(session, programme.default_plan.id, category_id)
    found: list[UUID] = []
    at: UUID | None = category_id
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return tuple(found)


def _parents(session: Session, key: UUID, category_id: UUID) -> dict[UUID, UUID | None]:
    read_at, parents = _shelves.get(key, (0.0, {}))
    if category_id not in parents or time.monotonic() - read_at > _SHELVES_SECONDS:
        tree = categories(session, include_hidden=True)
        parents = {each.id: each.parent_id for each in _flat(tree)}
        _shelves[key] = time.monotonic(), parents
    return parents


def _flat(tree: Sequence[CategoryView]) -> Iterator[CategoryView]:
    for category in tree:
        yield category
        yield from _flat(category.children)


@dataclass(frozen=True)
class Version:
    """A published version in the history."""

    programme: Programme
    summary: str
    actor: str
    at: datetime


def history(session: Session, limit: int = 20, before: int | None = None) -> Sequence[Version]:
    """Published versions, newest first."""
    query = sa.select(_TABLE).order_by(_TABLE.c.version.desc()).limit(limit)
    if before is not None and before <= _LAST:
        query = query.where(_TABLE.c.version < before)
    return [
        Version(from_json(row.version, row.body), row.summary, row.actor, row.created_at)
        for row in session.execute(query)
    ]


def version_numbered(session: Session, version: int) -> Programme | None:
    """A published version by its number."""
    if version > _LAST:
        return None
    row = session.execute(sa.select(_TABLE.c.id).where(_TABLE.c.version == version)).first()
    return by_id(session, row.id) if row is not None else None


def publish(
    session: Session,
    programme: Programme,
    *,
    actor: str,
    actor_name: str,
    acknowledged: bool,
    seen_version: int | None = None,
    summary: str = "",
) -> Programme:
    """Put the next version in force. Orders placed earlier keep the version they froze.

    Args:
        session: unit of work.
        programme: all of it; its version is set here.
        actor: who publishes, as logs name them.
        actor_name: their name, for the acknowledgement.
        acknowledged: whether they just confirmed having read the legal notice.
        seen_version: the version their form showed; ``None`` when there was no form.
        summary: what changed, in their words, at most 200 characters.

    Raises:
        InvalidInput: the programme contradicts itself.
        Rejected: three levels without the acknowledgement of the legal notice. A notice that this
            staff member acknowledged before, in its present version, is not asked again.
        Conflict: somebody else published a version meanwhile.
    """
    check_programme(programme)
    newest = session.scalar(sa.select(sa.func.max(_TABLE.c.version))) or 0
    if seen_version is not None and seen_version != newest:
        raise _overtaken()
    if programme.depth == 3 and not has_acknowledged(session, actor):
        if not acknowledged:
            raise Rejected(
                "distribution.acknowledge",
                "Three levels need your confirmation that you have read the legal notice.",
            )
        session.add(
            Acknowledgement(
                subject="depth_3",
                text_version=NOTICE_VERSION,
                actor=actor,
                actor_name=actor_name,
                at=now(),
            )
        )
    published = replace(programme, version=newest + 1)
    _store(session, published, actor, squeeze(summary)[:200])
    return published


def publish_plan(
    session: Session,
    *,
    depth: int,
    rates_bps: Sequence[int],
    pool_bps: int,
    joining: Joining,
    actor: str,
    actor_name: str,
    acknowledged: bool,
) -> Programme:
    """Give the default plan new rates in basis points and keep everything else as it is.

    Args:
        session: unit of work.
        depth: levels paid, 1 to 3.
        rates_bps: a rate per level.
        pool_bps: cap of all levels together.
        joining: how members become distributors.
        actor: who publishes, as logs name them.
        actor_name: their name, for the acknowledgement.
        acknowledged: whether they just confirmed having read the legal notice.

    Raises:
        InvalidInput: rates, depth or pool out of range.
        Rejected: three levels without the acknowledgement.
        Conflict: somebody else published a version meanwhile.
    """
    before = current(session)
    first, second, third = [*rates_bps, 0, 0, 0][:3]
    plan = replace(
        before.default_plan,
        rate=Rate(RateKind.BPS, (first, second, third)),
        pool_bps=pool_bps,
    )
    return publish(
        session,
        replace(before, depth=depth, joining=joining, plans=(plan, *before.plans[1:])),
        actor=actor,
        actor_name=actor_name,
        acknowledged=acknowledged,
    )


def _store(session: Session, programme: Programme, actor: str, summary: str) -> None:
    statement = sa.insert(_TABLE).values(
        id=new_id(),
        version=programme.version,
        body=to_json(programme),
        summary=summary,
        actor=actor,
        created_at=now(),
    )
    try:
        with session.begin_nested():
            session.execute(statement)
    except IntegrityError:
        raise _overtaken() from None


def _overtaken() -> Conflict:
    return Conflict(
        "distribution.plan_overtaken",
        "Somebody else published a plan meanwhile. Have a look at it and try again.",
    )


def has_acknowledged(session: Session, actor: str) -> bool:
    """Whether this staff member confirmed the present notice on three levels."""
    return bool(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(Acknowledgement)
            .where(
                Acknowledgement.actor == actor,
                Acknowledgement.subject == "depth_3",
                Acknowledgement.text_version == NOTICE_VERSION,
            )
        )
    )


def acknowledgements(session: Session, limit: int = 200) -> Sequence[Acknowledgement]:
    """Who confirmed the legal notice, newest first."""
    query = sa.select(Acknowledgement).order_by(
        Acknowledgement.at.desc(), Acknowledgement.id.desc()
    )
    return session.scalars(query.limit(limit)).all()
