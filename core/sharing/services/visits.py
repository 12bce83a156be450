"""The people who open share links or scan their codes, and what follows from it."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.prepared import Prepared
from core.db.statements import changed, insert_or, value_of
from core.kernel.clock import local_date, now
from core.kernel.errors import InvalidInput
from core.kernel.ids import new_id
from core.sharing.events import ShareScanned, ShareVisited
from core.sharing.models import ShareAction, ShareLink, ShareVisit
from core.sharing.rules import VISIT_KINDS
from core.sharing.services.links import find_share, find_share_by_code
from core.sharing.types import ShareView, VisitOutcome

_link, _visit = cast(sa.Table, ShareLink.__table__), cast(sa.Table, ShareVisit.__table__)
_action: Any = ShareAction.__table__
_behind = Prepared(
    sa.select(*(_link.c[field.name] for field in fields(ShareView)))
    .join(_link, _link.c.id == _action.c.share_id)
    .where(
        _action.c.kind == sa.bindparam("kind", type_=sa.String()),
        _action.c.reference == sa.bindparam("reference", type_=sa.String()),
    )
)


def _counting(column: sa.Column[int]) -> sa.Update:
    """One more in a link's counter."""
    return sa.update(_link).where(_link.c.id == sa.bindparam("share")).values({column: column + 1})


_COUNT = {"visit": _counting(_link.c.visit_count), "scan": _counting(_link.c.scan_count)}


def record_visit(
    session: Session,
    token: str,
    *,
    visitor: str,
    member_id: UUID | None = None,
    kind: str = "visit",
    at: datetime | None = None,
    zone: str = "Asia/Shanghai",
) -> VisitOutcome:
    """Note that a person opened a share link: counted once a visitor and day.

    The caller has asked ``rules.is_human`` before. A repeat on one day moves the time, so that the
    link opened last is known, and counts nothing. Opening the page that a scanned code led to is
    such a repeat. Somebody else in the same browser counts nothing either, and is remembered beside
    the first, so that the link is theirs too. The sharer's own visits leave no trace.

    Args:
        session: unit of work.
        token: what ``?s=`` carried.
        visitor: random id in the browser's cookie, at most 40 characters.
        member_id: who is signed in there.
        kind: ``visit``, or ``scan`` for a code.
        at: when; now by default.
        zone: the store's time zone, which says what a day is.

    Raises:
        NotFound: no such link.
        InvalidInput: an unknown kind, or no visitor.
    """
    if kind not in VISIT_KINDS or not 0 < len(visitor) <= 40:
        raise InvalidInput("share.visit", "This visit cannot be recorded.", field="kind")
    return _record(session, find_share(session, token), visitor, member_id, kind, at, zone)


def record_scan(
    session: Session,
    code: str,
    *,
    visitor: str,
    member_id: UUID | None = None,
    at: datetime | None = None,
    zone: str = "Asia/Shanghai",
) -> VisitOutcome:
    """Note that a person came by a link's short code; as :func:`record_visit` does for a link.

    Raises:
        NotFound: no such code.
        InvalidInput: no visitor.
    """
    if not 0 < len(visitor) <= 40:
        raise InvalidInput("share.visit", "This visit cannot be recorded.", field="visitor")
    return _record(session, find_share_by_code(session, code), visitor, member_id, "scan", at, zone)


def _record(
    session: Session,
    share: ShareView,
    visitor: str,
    member_id: UUID | None,
    kind: str,
    at: datetime | None,
    zone: str,
) -> VisitOutcome:
    if share.member_id == member_id:
        return VisitOutcome(share, is_counted=False)
    at = at or now()
    day = local_date(at, zone)
    place = {"share_id": share.id, "visitor": visitor, "day": day, "kind": kind}
    values = {"id": new_id(), "member_id": member_id, "at": at, "is_counted": True, **place}
    if not _count(session, values):
        _note_again(session, {**values, "is_counted": False})
        return VisitOutcome(share, is_counted=False)
    session.execute(_COUNT[kind], {"share": share.id})
    _tell(session, share, visitor, member_id, kind, at)
    return VisitOutcome(share, is_counted=True)


def _count(session: Session, values: Mapping[str, Any]) -> bool:
    """Whether the visit is a new one: none of its kind on that day, and no scan before it."""
    insert = insert_or(session, _visit)
    if values["kind"] == "scan":
        insert = insert.values(**values)
    else:
        scanned = sa.exists().where(*_of_day(values), _visit.c.kind == "scan")
        row = [sa.literal(value, _visit.c[name].type) for name, value in values.items()]
        insert = insert.from_select(list(values), sa.select(*row).where(~scanned))
    counted = insert.on_conflict_do_nothing(
        index_elements=["share_id", "visitor", "day", "kind"], index_where=sa.text("is_counted")
    )
    return bool(changed(session, counted))


def _note_again(session: Session, values: Mapping[str, Any]) -> None:
    """Move the time of the same person's visit; somebody else in that browser gets a row."""
    again = {"at": values["at"], "member_id": values["member_id"]}
    theirs = _visit.c.member_id.is_(None)
    if values["member_id"] is not None:
        theirs |= _visit.c.member_id == values["member_id"]
    moved = sa.update(_visit).where(*_of_day(values), theirs).values(**again)
    if not changed(session, moved):
        session.execute(sa.insert(_visit).values(**values))


def _of_day(values: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [_visit.c[name] == values[name] for name in ("share_id", "visitor", "day")]


def _tell(
    session: Session,
    share: ShareView,
    visitor: str,
    member_id: UUID | None,
    kind: str,
    at: datetime,
) -> None:
    who: dict[str, Any] = {
        "share_id": share.id,
        "sharer_id": share.member_id,
        "visitor": visitor,
        "visitor_member_id": member_id,
        "at": at,
    }
    announce(session, ShareVisited(kind=kind, **who))
    if kind == "scan":
        announce(
            session,
            ShareScanned(
                target_kind=share.target_kind,
                target=share.target,
                channel=share.channel,
                campaign=share.campaign,
                **who,
            ),
        )


def claim_visits(session: Session, visitor: str | None, member_id: UUID) -> int:
    """Give a guest's visits to the member who signed in on the same browser.

    The edge calls it after every sign-in, so that a payment confirmed later without a browser still
    knows which links its member opened. Visits of another member there are not touched.

    Returns:
        How many visits were claimed.
    """
    if not visitor:
        return 0
    return changed(
        session,
        sa.update(ShareVisit)
        .where(ShareVisit.visitor == visitor, ShareVisit.member_id.is_(None))
        .values(member_id=member_id),
    )


def opened_share(
    session: Session, member_id: UUID, visitor: str | None, *, is_first: bool = False
) -> tuple[UUID, UUID] | None:
    """The link this person opened last (or first), never their own; one statement.

    Returns:
        (share id, sharer's member id), or ``None`` when they opened none.
    """
    theirs = _visit.c.member_id == member_id
    if visitor:
        theirs |= (_visit.c.visitor == visitor) & _visit.c.member_id.is_(None)
    order = (
        (_visit.c.at.asc(), _visit.c.id.asc())
        if is_first
        else (_visit.c.at.desc(), _visit.c.id.desc())
    )
    row = session.execute(
        sa.select(_link.c.id, _link.c.member_id)
        .join(_visit, _visit.c.share_id == _link.c.id)
        .where(theirs, _link.c.member_id != member_id)
        .order_by(*order)
        .limit(1)
    ).one_or_none()
    return (row.id, row.member_id) if row else None


def note_action(
    session: Session, share_id: UUID, kind: str, reference: str, member_id: UUID
) -> None:
    """Record what followed from a share, ``registered`` or ``ordered``; once per reference."""
    session.execute(
        insert_or(session, ShareAction)
        .values(
            id=new_id(),
            share_id=share_id,
            kind=kind,
            reference=reference,
            member_id=member_id,
            at=now(),
        )
        .on_conflict_do_nothing(index_elements=["kind", "reference"])
    )


def share_behind(session: Session, kind: str, reference: str) -> ShareView | None:
    """The link that a registration or an order came by, if any. One statement.

    It counts for one link only, that opened last before it.

    Args:
        session: any session.
        kind: ``registered`` or ``ordered``.
        reference: the member's id as text, or the order's number.
    """
    row = _behind.first(session, {"kind": kind, "reference": reference})
    return None if row is None else value_of(ShareView, row)
