"""Storing pictures and looking them up.

Encoding takes up to a second: an edge calls :func:`prepare_picture` first and opens its unit of
work only for :func:`record_picture`, so that no lock is held meanwhile.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared, among
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.paging import Page
from core.kernel.text import squeeze
from core.media.models import Media
from core.media.rules import checked_path
from core.media.types import PictureView, PreparedPicture

__all__ = [
    "PICTURE_COLUMNS",
    "PreparedPicture",
    "describe_picture",
    "list_pictures",
    "media_file",
    "picture_data",
    "picture_of",
    "picture_views",
    "prepare_picture",
    "record_picture",
    "store_picture",
]

PICTURE_COLUMNS = (
    Media.id,
    Media.content_hash,
    Media.width,
    Media.height,
    Media.alt,
    Media.placeholder,
    Media.variants,
)
"""What :func:`picture_of` needs, in order, for other rooms' joins."""


def picture_of(columns: Iterable[Any]) -> PictureView | None:
    """The view of one row's :data:`PICTURE_COLUMNS`; ``None`` when an outer join found none."""
    values = tuple(columns)
    return PictureView(*values) if values[0] is not None else None


def prepare_picture(folder: Path, name: str, data: bytes, alt: str = "") -> PreparedPicture:
    """Check an upload and write every width and format of it; needs no database.

    Args:
        folder: the uploads folder; made when missing.
        name: file name as uploaded, kept for people only.
        data: the file's bytes.
        alt: what the picture shows.

    Raises:
        Rejected: too big, not a picture we take, animated or broken; the sentence says which.
    """
    from core.media import encoding  # weighs megabytes, and most processes never take a picture

    return encoding.prepare_picture(folder, name, data, alt)


def store_picture(session: Session, folder: Path, name: str, data: bytes, alt: str = "") -> Media:
    """Prepare and record an uploaded picture in one go. For scripts; edges do it in two steps.

    Raises:
        Rejected: too big, not a picture we take, animated or broken; the sentence says which.
    """
    return record_picture(session, prepare_picture(folder, name, data, alt))


def record_picture(session: Session, prepared: PreparedPicture) -> Media:
    """Store the row of a prepared picture; the same picture uploaded again is the same row."""
    known = session.scalar(sa.select(Media).where(Media.content_hash == prepared.content_hash))
    if known is not None:
        return known
    media = Media(
        content_hash=prepared.content_hash,
        filename=prepared.filename,
        alt=prepared.alt,
        width=prepared.width,
        height=prepared.height,
        placeholder=prepared.placeholder,
        variants={kind: list(widths) for kind, widths in prepared.variants.items()},
        created_at=now(),
    )
    session.add(media)
    session.flush()
    return media


def describe_picture(session: Session, picture_id: UUID, alt: str) -> None:
    """Change the text that stands for a picture.

    Raises:
        NotFound: no such picture.
    """
    media = session.get(Media, picture_id)
    if media is None:
        raise NotFound("media.unknown", "There is no such picture.")
    media.alt = squeeze(alt)[:160]
    session.flush()


_PICTURES = Prepared(sa.select(*PICTURE_COLUMNS).where(among(Media.id, "ids")))


def picture_views(session: Session, ids: Collection[UUID]) -> dict[UUID, PictureView]:
    """Pictures by id, in one statement; ids that do not exist are left out."""
    if not ids:
        return {}
    return {row[0]: PictureView(*row) for row in _PICTURES.all(session, {"ids": list(ids)})}


def list_pictures(session: Session, *, page: int = 1, per_page: int = 40) -> Page[PictureView]:
    """All pictures, newest first, for the admin's picker."""
    total = session.scalar(sa.select(sa.func.count()).select_from(Media)) or 0
    rows = session.execute(
        sa.select(*PICTURE_COLUMNS)
        .order_by(Media.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(tuple(PictureView(*row) for row in rows), total, page, per_page)


def media_file(folder: Path, shelf: str, name: str) -> Path:
    """The file behind ``/media/<shelf>/<name>``.

    Raises:
        NotFound: not an address of this store, or the file is gone.
    """
    path = folder / checked_path(shelf, name)
    if not path.is_file():
        raise NotFound("media.unknown", "There is no such picture.")
    return path


def picture_data(folder: Path, picture: PictureView, width: int, format: str) -> bytes | None:  # noqa: A002
    """The file of a picture's variant that is at least ``width`` wide, else of the widest one.

    Returns:
        Its bytes; ``None`` when the file is gone.
    """
    try:
        return (folder / picture.file(width, format)).read_bytes()
    except FileNotFoundError:
        return None
