"""Share links: made once for a page and a channel, found by token or short code, and listed."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed, count_of, insert_or, value_of
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.ids import new_code, new_id, new_token
from core.kernel.paging import Page
from core.sharing.events import ShareCreated
from core.sharing.models import ShareAction, ShareLink
from core.sharing.rules import CHANNELS, TARGET_KINDS
from core.sharing.types import ShareStats, ShareView

TOKEN_BYTES = 12
CODE_LENGTH = 10
"""Letters of a short code: 50 bits, hopeless to guess, and ``/s/<code>`` makes a small QR code."""
_link = cast(sa.Table, ShareLink.__table__)
_VIEW: Any = tuple(_link.c[field.name] for field in fields(ShareView))
_BY_TOKEN = sa.select(*_VIEW).where(_link.c.token == sa.bindparam("token"))
_BY_CODE = sa.select(*_VIEW).where(_link.c.code == sa.bindparam("code"))


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
        target: product id, ``""`` for the store, or the key of an activity. A key that is the path
            of a plugin's page (``/x/…``) is where its short code leads; other keys lead home.
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
    share_id = new_id()
    if _store(session, share_id, place):
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


def _store(session: Session, share_id: UUID, place: dict[str, Any]) -> bool:
    """Whether the link is a new one."""
    made = {"token": new_token(TOKEN_BYTES), "code": new_code(CODE_LENGTH), "created_at": now()}
    return bool(
        changed(
            session,
            insert_or(session, ShareLink)
            .values(id=share_id, visit_count=0, scan_count=0, **made, **place)
            .on_conflict_do_nothing(index_elements=list(place)),
        )
    )


def find_share(session: Session, token: str) -> ShareView:
    """The link of a token; one statement.

    Raises:
        NotFound: no such link.
    """
    row = session.connection().execute(_BY_TOKEN, {"token": token[:64]}).one_or_none()
    if row is None:
        raise NotFound("share.unknown", "This share link does not exist.")
    return value_of(ShareView, row)


def find_share_by_code(session: Session, code: str) -> ShareView:
    """The link of a short code, typed in any case; one statement.

    Raises:
        NotFound: no such code.
    """
    row = session.connection().execute(_BY_CODE, {"code": code[:64].upper()}).one_or_none()
    if row is None:
        raise NotFound("share.unknown", "This share link does not exist.")
    return value_of(ShareView, row)


def shares_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, ShareView]:
    """Links by their ids, whoever they belong to; one statement."""
    if not ids:
        return {}
    rows = session.execute(sa.select(*_VIEW).where(_link.c.id.in_(set(ids))))
    return {view.id: view for view in (value_of(ShareView, row) for row in rows)}


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
        ShareLink.scan_count,
        _count("registered"),
        _count("ordered"),
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


def _count(kind: str) -> Any:
    return (
        sa.select(sa.func.count())
        .where(ShareAction.share_id == ShareLink.id, ShareAction.kind == kind)
        .correlate(ShareLink)
        .scalar_subquery()
    )
