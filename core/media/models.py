"""Table of pictures. Files lie under ``instance/uploads`` by content hash."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, IdColumn


class Media(Base):
    """A picture, re-encoded at upload into every width and format that pages use.

    ``variants`` maps format to the widths that exist, for example ``{"webp": [160, 320]}``; the
    file of one is ``<content_hash[:2]>/<content_hash>-<width>.<format>``.
    """

    __tablename__ = "media"

    id: Mapped[IdColumn]
    content_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    filename: Mapped[str] = mapped_column(sa.String(160))
    alt: Mapped[str] = mapped_column(sa.String(160), default="")
    width: Mapped[int] = mapped_column(sa.Integer())
    height: Mapped[int] = mapped_column(sa.Integer())
    placeholder: Mapped[str] = mapped_column(sa.Text(), default="")  # tiny data: URI
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
