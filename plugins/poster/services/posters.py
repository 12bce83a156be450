"""Posters of members: asked for once, rendered by the job, kept as files."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.db import insert_or, new_id
from core.api.errors import NotFound
from core.api.media import Files
from core.api.sharing import ShareView
from core.api.values import dataclass
from plugins.poster.models import Poster
from plugins.poster.rules.layout import Layout
from plugins.poster.services.contents import card_for, gathered
from plugins.poster.services.template_views import template_by_id, unknown

PLUGIN = "poster"
RETRY_AFTER = timedelta(seconds=30)
"""How long a poster that failed is left alone, however often it is asked for."""

NOTICED = timedelta(seconds=5)
"""A poster that could be made for so long is asked for once more by the page that waits for it."""

SLOW = timedelta(seconds=20)
"""A poster that could be made for so long comes later than its member expects."""

TOUCH_AFTER = timedelta(hours=12)
"""How exact it is known when a poster was last asked for."""

WAITING, READY, FAILED = "waiting", "ready", "failed"


@dataclass(frozen=True)
class PosterView:
    """A poster as its member's pages show it.

    Args:
        state: ``waiting``, ``ready`` or ``failed``.
        path: name of its file, for :func:`poster_file`; empty until it is ready.
        target: what its QR code opens.
        due_at: when it is made next; ``None``: it is not.
        expires_at: when its QR code ends; ``None``: never.
    """

    id: UUID
    member_id: UUID
    template_id: UUID
    product_id: UUID | None
    share_id: UUID | None
    target: str
    state: str
    width: int
    height: int
    path: str
    content_hash: str
    byte_count: int
    asked_at: datetime
    due_at: datetime | None
    ready_at: datetime | None
    expires_at: datetime | None

    @property
    def is_left(self) -> bool:
        """Whether it could be made now and nobody does: its worker may have died."""
        return self._has_waited(NOTICED)

    @property
    def is_slow(self) -> bool:
        """Whether nobody has made it for so long that its member had better not wait for it."""
        return self._has_waited(SLOW)

    @property
    def is_ready(self) -> bool:
        """Whether there is a picture to show."""
        return self.state == READY

    @property
    def is_failed(self) -> bool:
        """Whether it could not be made; it is tried again when it is asked for later."""
        return self.state == FAILED

    def _has_waited(self, time: timedelta) -> bool:
        return self.state == WAITING and self.due_at is not None and self.due_at < now() - time


def request_poster(
    session: Session,
    member_id: UUID,
    template_id: UUID,
    product_id: UUID | None,
    share: ShareView,
    *,
    target: str,
    shop: str = "",
    price_fen: int | None = None,
    price: str = "",
    width: int = 0,
    expires_at: datetime | None = None,
) -> PosterView:
    """A member's poster: the one that is there, or one that the job makes now.

    The edge asks for the job (``core.api.web.run_soon``); ``views.asking`` does both.

    Args:
        session: unit of work.
        member_id: whose poster.
        template_id: one that is published and shown.
        product_id: for a template of products.
        share: the member's own link that the QR code leads to.
        target: its short address with the shop's origin, in the QR code.
        shop: the shop's name.
        price_fen: what the product costs a guest now; ``None``: its list price.
        price: how that is shown; empty: as ``¥268``.
        width: of the picture in pixels; 0: as the template says.
        expires_at: when the target ends; ``None``: never.

    Raises:
        NotFound: no such template, or not for members any more.
        Rejected: the product is not on sale, or none was named.
    """
    template = template_by_id(session, template_id)
    if template.version_id is None or not template.is_shown:
        raise unknown()
    card = card_for(session, product_id, template.purpose)
    contents = gathered(session, member_id, card, share, shop, price_fen, price)
    key = contents.key(member_id, template, target, width)
    found = session.scalar(sa.select(Poster).where(Poster.cache_key == key))
    if found is not None:
        return _asked_again(session, found, expires_at)
    values = {
        "cache_key": key,
        "member_id": member_id,
        "template_id": template_id,
        "version_id": template.version_id,
        "product_id": card.id if card else None,
        "share_id": share.id,
        "target": target,
        "words": contents.body(width),
        "price_fen": contents.price_fen,
        "expires_at": expires_at,
        **_size(template.layout, width),
    }
    fresh = insert_or(session, Poster.__table__).values(values | _not_yet_made())
    session.execute(fresh.on_conflict_do_nothing(index_elements=["cache_key"]))
    return poster_view(session.scalars(sa.select(Poster).where(Poster.cache_key == key)).one())


def _size(layout: Layout, width: int) -> dict[str, int]:
    height = round(layout.height * width / layout.width)
    return {"width": width or layout.width, "height": height or layout.height}


def _not_yet_made() -> dict[str, Any]:
    at = now()
    blank = {"error": "", "content_hash": "", "path": "", "byte_count": 0, "format": "jpg"}
    times = {"asked_at": at, "due_at": at, "used_at": at}
    return {"id": new_id(), "state": WAITING, "tries": 0, **blank, **times}


def poster_of(session: Session, poster_id: UUID, member_id: UUID) -> PosterView:
    """A member's own poster. One statement.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    row = session.scalar(
        sa.select(Poster).where(Poster.id == poster_id, Poster.member_id == member_id)
    )
    if row is None:
        raise NotFound("poster.unknown", "There is no such poster.")
    return poster_view(row)


def posters_by_id(session: Session, ids: Iterable[UUID]) -> dict[UUID, PosterView]:
    """Posters, whoever they belong to; what is gone is left out. One statement."""
    rows = session.scalars(sa.select(Poster).where(Poster.id.in_(list(ids))))
    return {row.id: poster_view(row) for row in rows}


def poster_file(files: Files, poster: PosterView) -> Path:
    """The picture of a poster that is ready.

    Raises:
        NotFound: it is not ready, or its file is gone; :func:`make_again` helps then.
    """
    if not poster.is_ready:
        raise NotFound("poster.unknown", "There is no such poster.")
    return files.path(poster.path)


def make_again(session: Session, poster_id: UUID) -> None:
    """Have a poster rendered once more, as its file is gone."""
    session.execute(
        sa.update(Poster)
        .where(Poster.id == poster_id, Poster.state == READY)
        .values(state=WAITING, tries=0, due_at=now(), ready_at=None)
    )


def forget(session: Session, member_id: UUID) -> None:
    """Take away the posters of a member who was erased; their files go with the next clean-up."""
    session.execute(sa.delete(Poster).where(Poster.member_id == member_id))


def _asked_again(session: Session, row: Poster, expires_at: datetime | None) -> PosterView:
    at = now()
    values: dict[str, Any] = {}
    if row.state == FAILED and (row.claimed_at is None or row.claimed_at < at - RETRY_AFTER):
        values = {"state": WAITING, "tries": 0, "due_at": at}
    if row.used_at < at - TOUCH_AFTER:
        values["used_at"] = at
    if expires_at != row.expires_at:
        values["expires_at"] = expires_at
    if values:
        session.execute(sa.update(Poster).where(Poster.id == row.id).values(values))
        session.refresh(row)
    return poster_view(row)


def poster_view(row: Poster) -> PosterView:
    """A poster's row as pages see it."""
    return PosterView(
        id=row.id,
        member_id=row.member_id,
        template_id=row.template_id,
        product_id=row.product_id,
        share_id=row.share_id,
        target=row.target,
        state=row.state,
        width=row.width,
        height=row.height,
        path=row.path,
        content_hash=row.content_hash,
        byte_count=row.byte_count,
        asked_at=row.asked_at,
        due_at=row.due_at,
        ready_at=row.ready_at,
        expires_at=row.expires_at,
    )
