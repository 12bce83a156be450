"""Share links, and the people who open them."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed, count_of, insert_or, value_of
from core.kernel.clock import local_date, now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.ids import new_id, new_token
from core.kernel.paging import Page
from core.sharing.events import ShareCreated, ShareVisited
from core.sharing.models import ShareAction, ShareLink, ShareVisit
from core.sharing.rules import CHANNELS, TARGET_KINDS, VISIT_KINDS
from core.sharing.types import ShareStats, ShareView, VisitOutcome

TOKEN_BYTES = 12
_link, _visit = cast(sa.Table, ShareLink.__table__), cast(sa.Table, ShareVisit.__table__)
_VIEW: Any = tuple(_link.c[field.name] for field in fields(ShareView))
_BY_TOKEN = sa.select(*_VIEW).where(_link.c.token == sa.bindparam("token"))
_COUNT_VISIT = (
    sa.update(_link)
    .where(_link.c.id == sa.bindparam("share"))
    .values(visit_count=_link.c.visit_count + 1)
)


def create_share(
    session: Session,
    member_id: UUID,
    target_kind: str,
    target: str,
    channel: str = "link",
    campaign: str = "",
) -> ShareView:
    """A member's link to a page; sharing the same page the same way again gives the same link.

    Args:
        session: unit of work.
        member_id: who shares.
        target_kind: ``product``, ``store`` or ``activity``.
        target: product id, activity key, or ``""`` for the store.
        channel: ``link``, ``qr`` or ``poster``.
        campaign: the play it belongs to, at most 64 characters.

    Raises:
        InvalidInput: an unknown kind or channel, or a text too long.
    """
    for field, text, allowed in (
        ("target_kind", target_kind, TARGET_KINDS),
        ("channel", channel, CHANNELS),
    ):
        if text not in allowed:
            raise InvalidInput("share.kind", "This cannot be shared this way.", field=field)
    if len(target) > 160 or len(campaign) > 64:
        raise InvalidInput("share.long", "This cannot be shared this way.", field="target")
    place = {
        "member_id": member_id,
        "target_kind": target_kind,
        "target": target,
        "channel": channel,
        "campaign": campaign,
    }
    share_id, at = new_id(), now()
    is_new = changed(
        session,
        insert_or(session, ShareLink)
        .values(id=share_id, token=new_token(TOKEN_BYTES), visit_count=0, created_at=at, **place)
        .on_conflict_do_nothing(index_elements=list(place)),
    )
    if is_new:
        announce(
            session,
            ShareCreated(
                share_id=share_id,
                member_id=member_id,
                target_kind=target_kind,
                target=target,
                channel=channel,
            ),
        )
    row = session.execute(sa.select(*_VIEW).where(*_alike(_link, place))).one()
    return value_of(ShareView, row)


def find_share(session: Session, token: str) -> ShareView:
    """The link of a token; one statement.

    Raises:
        NotFound: no such link.
    """
    row = session.connection().execute(_BY_TOKEN, {"token": token[:64]}).one_or_none()
    if row is None:
        raise NotFound("share.unknown", "This share link does not exist.")
    return value_of(ShareView, row)


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
    link opened last is known, and counts nothing. The sharer's own visits leave no trace.

    Args:
        session: unit of work.
        token: what ``?s=`` carried.
        visitor: random id in the browser's cookie, at most 40 characters.
        member_id: who is signed in there.
        kind: ``visit``, or ``scan`` for a QR code.
        at: when; now by default.
        zone: the store's time zone, which says what a day is.

    Raises:
        NotFound: no such link.
        InvalidInput: an unknown kind, or no visitor.
    """
    if kind not in VISIT_KINDS or not 0 < len(visitor) <= 40:
        raise InvalidInput("share.visit", "This visit cannot be recorded.", field="kind")
    share, at = find_share(session, token), at or now()
    if share.member_id == member_id:
        return VisitOutcome(share, is_counted=False)
    day = local_date(at, zone)
    place = {"share_id": share.id, "visitor": visitor, "day": day, "kind": kind}
    is_new = changed(
        session,
        insert_or(session, _visit)
        .values(id=new_id(), member_id=member_id, at=at, **place)
        .on_conflict_do_nothing(index_elements=list(place)),
    )
    if not is_new:
        again = {"at": at} if member_id is None else {"at": at, "member_id": member_id}
        changed(session, sa.update(_visit).where(*_alike(_visit, place)).values(**again))
        return VisitOutcome(share, is_counted=False)
    if kind == "visit":
        session.execute(_COUNT_VISIT, {"share": share.id})
    fact = ShareVisited(
        share_id=share.id,
        sharer_id=share.member_id,
        visitor=visitor,
        visitor_member_id=member_id,
        kind=kind,
        at=at,
    )
    announce(session, fact)
    return VisitOutcome(share, is_counted=True)


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


def shares_of(
    session: Session,
    member_id: UUID | None = None,
    *,
    target_kind: str = "",
    targets: Collection[str] | None = None,
    page: int = 1,
    per_page: int = 20,
) -> Page[ShareStats]:
    """A member's links (everybody's without one) with what became of them, newest first.

    Args:
        session: any session.
        member_id: whose.
        target_kind: only links to a ``product``, the ``store`` or an ``activity``.
        targets: only links to these, such as ids of products; ``None``: to all.
        page: from 1.
        per_page: rows a page.
    """
    chosen = sa.select(
        *_VIEW,
        _count(ShareVisit, "scan"),
        _count(ShareAction, "registered"),
        _count(ShareAction, "ordered"),
    )
    if member_id is not None:
        chosen = chosen.where(ShareLink.member_id == member_id)
    if target_kind:
        chosen = chosen.where(ShareLink.target_kind == target_kind)
    if targets is not None:
        chosen = chosen.where(ShareLink.target.in_(set(targets)))
    total = count_of(session, chosen.with_only_columns(ShareLink.id))
    rows = session.execute(
        chosen.order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    width = len(_VIEW)
    items = tuple(ShareStats(value_of(ShareView, row[:width]), *row[width:]) for row in rows)
    return Page(items, total, page, per_page)


def _alike(table: sa.Table, place: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in place.items()]


def _count(table: Any, kind: str) -> Any:
    return (
        sa.select(sa.func.count())
        .where(table.share_id == ShareLink.id, table.kind == kind)
        .correlate(ShareLink)
        .scalar_subquery()
    )
