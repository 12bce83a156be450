"""Counting what came of posters, one fact at a time. Each effect happens once: so does its fact."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import local_date
from core.api.db import insert_or
from core.api.events import MemberRegistered, OrderPaid, OrderRefunded, ShareScanned
from core.api.settings import load_settings
from core.api.sharing import ShareView, share_behind
from plugins.poster.models import PosterOrder, Scanner, Tally
from plugins.poster.rules.campaigns import template_of

_TALLY: Any = Tally.__table__


def note_shown(session: Session, share_id: UUID, member_id: UUID, campaign: str, day: date) -> None:
    """A member looked at their poster, to save it or to show it; once a poster and day."""
    template_id = template_of(campaign)
    if template_id is None:
        return
    session.execute(
        insert_or(session, _TALLY)
        .values(
            share_id=share_id, day=day, template_id=template_id, member_id=member_id, shown_count=1
        )
        .on_conflict_do_update(index_elements=["share_id", "day"], set_={"shown_count": 1})
    )


def note_scan(session: Session, event: ShareScanned) -> None:
    """Somebody scanned a poster's code."""
    template_id = template_of(event.campaign)
    if template_id is None:
        return
    is_new = session.execute(
        insert_or(session, Scanner)
        .values(share_id=event.share_id, visitor=event.visitor)
        .on_conflict_do_nothing()
        .returning(Scanner.visitor)
    ).first()
    _add(
        session,
        event.share_id,
        template_id,
        event.sharer_id,
        _day(session, event.at),
        scan_count=1,
        scanner_count=1 if is_new else 0,
    )


def note_registration(session: Session, event: MemberRegistered) -> None:
    """An account was made; it counts where its person scanned last."""
    found = _poster_behind(session, "registered", str(event.member_id))
    if found is not None:
        share, template_id = found
        day = _day(session, event.registered_at)
        _add(session, share.id, template_id, share.member_id, day, registered_count=1)


def note_order(session: Session, event: OrderPaid) -> None:
    """An order was paid; it counts for the link that its buyer opened last before placing it."""
    found = _poster_behind(session, "ordered", event.order_no)
    if found is None:
        return
    share, template_id = found
    day = _day(session, event.paid_at)
    session.add(PosterOrder(order_id=event.order_id, share_id=share.id, day=day))
    fen = event.goods_fen
    _add(session, share.id, template_id, share.member_id, day, order_count=1, order_fen=fen)


def note_refund(session: Session, event: OrderRefunded) -> None:
    """Money of an order went back; shown beside the orders of its day, which stay counted."""
    order = session.get(PosterOrder, event.order_id)
    if order is None:
        return
    fen = sum(line.amount_fen for line in event.lines)
    session.execute(
        sa.update(_TALLY)
        .where(_TALLY.c.share_id == order.share_id, _TALLY.c.day == order.day)
        .values(
            refunded_fen=_TALLY.c.refunded_fen + fen,
            refunded_count=_TALLY.c.refunded_count + int(event.is_full),
        )
    )


def forget(session: Session, member_id: UUID) -> None:
    """Take away which browsers scanned an erased member's posters; the sums stay."""
    theirs = sa.select(_TALLY.c.share_id).where(_TALLY.c.member_id == member_id)
    session.execute(sa.delete(Scanner).where(Scanner.share_id.in_(theirs)))


def _poster_behind(session: Session, kind: str, reference: str) -> tuple[ShareView, UUID] | None:
    share = share_behind(session, kind, reference)
    template_id = template_of(share.campaign) if share is not None else None
    return (share, template_id) if share is not None and template_id is not None else None


def _day(session: Session, at: datetime) -> date:
    return local_date(at, load_settings(session).timezone)


def _add(
    session: Session, share_id: UUID, template_id: UUID, member_id: UUID, day: date, **more: int
) -> None:
    """Add to one day of one poster, in one statement."""
    session.execute(
        insert_or(session, _TALLY)
        .values(share_id=share_id, day=day, template_id=template_id, member_id=member_id, **more)
        .on_conflict_do_update(
            index_elements=["share_id", "day"],
            set_={name: _TALLY.c[name] + value for name, value in more.items()},
        )
    )
