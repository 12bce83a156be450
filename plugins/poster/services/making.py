"""Making posters that were asked for: claimed, rendered outside every unit of work, stored.

A claim is a lease: whoever dies with one lets it run out, and the poster is made by another. One
that was claimed before is then claimed alone and after all fresh ones, so that a poster that ends
its worker takes no other along; after three claims it is given up.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import now
from core.api.media import Files, PictureView, picture_views
from core.api.values import dataclass
from plugins.poster.models import Poster, TemplateVersion
from plugins.poster.rules import Layout, from_json, media_ids
from plugins.poster.rules.words import Words
from plugins.poster.services.posters import FAILED, READY, WAITING

BATCH = 16
LEASE = timedelta(minutes=1)
MAX_TRIES = 3
PAUSE_SECONDS = 20
"""After a try that failed; twice as long after the second."""


@dataclass(frozen=True)
class Order:
    """A poster to be made, as plain values.

    Args:
        pictures: every stored picture that it shows, as far as it is there.
    """

    id: UUID
    version_id: UUID
    layout: Layout
    words: Words
    target: str
    width: int
    tries: int
    product_media_id: UUID | None
    avatar_media_id: UUID | None
    pictures: Mapping[UUID, PictureView]


@dataclass(frozen=True)
class Made:
    """A finished file, under the name it is kept by."""

    order: Order
    path: str
    content_hash: str
    width: int
    height: int
    byte_count: int


def claim(session: Session, limit: int = BATCH) -> Sequence[UUID]:
    """Take posters that wait, fresh ones first; no other process gets them for a minute."""
    at = now()
    due = (
        sa.select(Poster.id, Poster.tries)
        .where(Poster.state == WAITING, Poster.due_at <= at)
        .order_by(Poster.tries, Poster.due_at, Poster.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.execute(due).all()
    _give_up(session, [row.id for row in found if row.tries >= MAX_TRIES])
    again = [row.id for row in found if 0 < row.tries < MAX_TRIES]
    ids = [row.id for row in found if not row.tries] or again[:1]
    if ids:
        session.execute(
            sa.update(Poster)
            .where(Poster.id.in_(ids))
            .values(claimed_at=at, due_at=at + LEASE, tries=Poster.tries + 1)
        )
    return ids


def _give_up(session: Session, ids: Sequence[UUID]) -> None:
    """Let posters fail that were claimed as often as any is, and whose workers never came back."""
    if ids:
        session.execute(
            sa.update(Poster)
            .where(Poster.id.in_(ids))
            .values(state=FAILED, due_at=None, error="Whoever began to make it never came back.")
        )


def orders(session: Session, ids: Sequence[UUID]) -> Sequence[Order]:
    """What is to be made of claimed posters; three statements however many they are."""
    rows = session.execute(
        sa.select(Poster, TemplateVersion.body)
        .join(TemplateVersion, TemplateVersion.id == Poster.version_id)
        .where(Poster.id.in_(ids))
        .order_by(Poster.version_id, Poster.product_id, Poster.id)
    ).all()
    found = [_order(row, body) for row, body in rows]
    wanted = {each for order in found for each in _pictures_of(order)}
    pictures = picture_views(session, wanted)
    return [_with_pictures(order, pictures) for order in found]


def render_order(order: Order, files: Files, read: Any) -> Made:
    """Make one poster's file; asks nobody outside and no database.

    Args:
        order: what is to be made.
        files: where it is kept.
        read: ``JobContext.picture_data``.
    """
    from plugins.poster.services.rendering import Sheet, render  # brings Pillow with it

    def load(media_id: UUID, width: int) -> bytes | None:
        picture = order.pictures.get(media_id)
        found: bytes | None = read(picture, width) if picture is not None else None
        return found

    sheet = Sheet(
        layout=order.layout,
        layout_key=str(order.version_id),
        words=order.words,
        target=order.target,
        product_media_id=order.product_media_id,
        avatar_media_id=order.avatar_media_id,
        width=order.width,
    )
    rendered = render(sheet, load)
    content_hash = hashlib.sha256(rendered.data).hexdigest()
    path = f"{content_hash[:2]}/{content_hash}.jpg"
    if not files.has(path):
        files.keep(path, rendered.data)
    return Made(order, path, content_hash, rendered.width, rendered.height, len(rendered.data))


def note_made(session: Session, made: Made) -> None:
    """A poster is ready."""
    session.execute(
        sa.update(Poster)
        .where(Poster.id == made.order.id)
        .values(
            state=READY,
            path=made.path,
            content_hash=made.content_hash,
            width=made.width,
            height=made.height,
            byte_count=made.byte_count,
            ready_at=now(),
            due_at=None,
            error="",
        )
    )


def note_failed(session: Session, order: Order, error: BaseException) -> None:
    """A poster could not be made; it is tried three times, then shown as failed."""
    is_over = order.tries >= MAX_TRIES
    pause = timedelta(seconds=PAUSE_SECONDS * order.tries)
    session.execute(
        sa.update(Poster)
        .where(Poster.id == order.id, Poster.state == WAITING)
        .values(
            state=FAILED if is_over else WAITING,
            due_at=None if is_over else now() + pause,
            error=f"{type(error).__name__}: {error}"[:300],
        )
    )


def _order(row: Poster, body: Mapping[str, Any]) -> Order:
    return Order(
        id=row.id,
        version_id=row.version_id,
        layout=from_json(body),
        words=Words(**row.words["words"]),
        target=row.target,
        width=row.width,
        tries=row.tries,
        product_media_id=_id(row.words.get("product_media")),
        avatar_media_id=_id(row.words.get("avatar_media")),
        pictures={},
    )


def _pictures_of(order: Order) -> set[UUID]:
    own = {order.product_media_id, order.avatar_media_id} - {None}
    return {each for each in own if each is not None} | set(media_ids(order.layout))


def _with_pictures(order: Order, pictures: Mapping[UUID, PictureView]) -> Order:
    wanted = _pictures_of(order)
    return Order(
        **{**vars(order), "pictures": {key: pictures[key] for key in wanted if key in pictures}}
    )


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
