"""Tables of templates and of the posters made from them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.api.db import Base, Fen, IdColumn


class Template(Base):
    """A poster that members can choose. ``version_id`` is what they get; ``None``: not published.

    ``purpose``: product, shop, invite. A template that is not ``is_shown`` is kept and not offered.
    ``draft_revision`` is that of its latest draft, which may be gone.
    """

    __tablename__ = "plugin_poster_template"

    id: Mapped[IdColumn]
    name: Mapped[str] = mapped_column(sa.String(60))
    purpose: Mapped[str] = mapped_column(sa.String(16))
    is_shown: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    position: Mapped[int] = mapped_column(sa.Integer(), default=0)
    version: Mapped[int] = mapped_column(sa.Integer(), default=0)
    version_id: Mapped[UUID | None]
    draft_revision: Mapped[int] = mapped_column(sa.Integer(), default=0, server_default="0")
    source_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)  # of a starter
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_plugin_poster_template_purpose", "purpose", "position"),)


class TemplateVersion(Base):
    """A published layout of a template; never edited. ``body``: ``rules.layout.to_json``."""

    __tablename__ = "plugin_poster_version"

    id: Mapped[IdColumn]
    template_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_template.id"))
    version: Mapped[int] = mapped_column(sa.Integer())
    body: Mapped[dict[str, Any]]
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    summary: Mapped[str] = mapped_column(sa.String(200), default="")
    actor: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("template_id", "version"),)


class TemplateDraft(Base):
    """What was changed in a template and not published yet; gone once it is.

    ``base_version`` is the version it was made from. ``revision`` grows with every saving, on from
    that of the template's draft before, so that two people who edit at once do not overwrite each
    other unseen.
    """

    __tablename__ = "plugin_poster_draft"

    template_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("plugin_poster_template.id"), primary_key=True
    )
    base_version: Mapped[int] = mapped_column(sa.Integer())
    revision: Mapped[int] = mapped_column(sa.Integer(), default=1)
    body: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(sa.String(64))
    changed_at: Mapped[datetime]


class Poster(Base):
    """A poster of a member, one for each ``cache_key``: what it shows and in which version.

    ``state``: waiting, ready, failed. ``words`` is what its texts said when it was asked for.
    ``path`` lies below the folder of posters and is named after ``content_hash``. ``claimed_at`` is
    when a process began to render it, ``used_at`` when somebody last asked for it; one whose
    ``expires_at`` (of its QR code) comes near is made anew.
    """

    __tablename__ = "plugin_poster_poster"

    id: Mapped[IdColumn]
    cache_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    member_id: Mapped[UUID] = mapped_column(sa.ForeignKey("member.id"), index=True)
    template_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_template.id"))
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("plugin_poster_version.id"))
    product_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("product.id"))
    share_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("share_link.id"), index=True)
    target: Mapped[str] = mapped_column(sa.String(200))
    words: Mapped[dict[str, Any]]
    price_fen: Mapped[Fen | None]
    width: Mapped[int] = mapped_column(sa.Integer())
    height: Mapped[int] = mapped_column(sa.Integer())
    state: Mapped[str] = mapped_column(sa.String(16))
    tries: Mapped[int] = mapped_column(sa.Integer(), default=0)
    error: Mapped[str] = mapped_column(sa.String(300), default="")
    format: Mapped[str] = mapped_column(sa.String(8), default="jpg")
    content_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    path: Mapped[str] = mapped_column(sa.String(120), default="")
    byte_count: Mapped[int] = mapped_column(sa.Integer(), default=0)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # next try of one that waits
    claimed_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_plugin_poster_poster_waiting",
            "due_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_plugin_poster_poster_used_at", "used_at"),
        sa.Index("ix_plugin_poster_poster_content_hash", "content_hash"),
    )
