"""What was seen; nothing keeps a second row for the same fact out, so that a repeat would show."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, IdColumn


class Seen(Base):
    """One delivery, in the order in which it came."""

    __tablename__ = "plugin_counts_events_seen"

    id: Mapped[IdColumn]
    name: Mapped[str] = mapped_column(sa.String(64))
    aggregate: Mapped[str] = mapped_column(sa.String(80))
    detail: Mapped[str] = mapped_column(sa.String(200))
