"""Tables of the catalogue."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Fen, IdColumn


class Category(Base):
    """A shelf of the store, at most three deep."""

    __tablename__ = "category"

    id: Mapped[IdColumn]
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("category.id"), index=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    name_en: Mapped[str] = mapped_column(sa.String(80), default="")
    picture_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("media.id"))
    position: Mapped[int] = mapped_column(sa.Integer(), default=0)
    is_visible: Mapped[bool] = mapped_column(default=True)


class Product(Base):
    """The page sold. Its SKUs are what is priced and stocked.

    ``min_price_fen`` and ``max_price_fen`` are list-price bounds over active SKUs, kept by the
    services so that lists read one row a product. ``source_key`` marks an imported row.
    """

    __tablename__ = "product"

    id: Mapped[IdColumn]
    shop_id: Mapped[int] = mapped_column(sa.Integer(), default=1)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    title: Mapped[str] = mapped_column(sa.String(160))
    subtitle: Mapped[str] = mapped_column(sa.String(200), default="")
    description: Mapped[str] = mapped_column(sa.Text(), default="")  # sanitised HTML
    attributes: Mapped[list[Any]] = mapped_column(default=list)  # [["材质", "…"], …]
    category_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("category.id"))
    state: Mapped[str] = mapped_column(sa.String(16), default="draft")  # draft, on_sale, off_sale
    cover_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("media.id"))
    min_price_fen: Mapped[Fen] = mapped_column(default=0)
    max_price_fen: Mapped[Fen] = mapped_column(default=0)
    market_price_fen: Mapped[int | None]
    sold_count: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(sa.Integer(), default=0)
    per_member_limit: Mapped[int | None] = mapped_column(sa.Integer())
    search_text: Mapped[str] = mapped_column(sa.Text(), default="")
    source_key: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    version: Mapped[int] = mapped_column(sa.Integer(), default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_product_shelf", "state", "category_id", "position", "id"),
        sa.Index("ix_product_shelf_sold", "state", "category_id", "sold_count", "id"),
        sa.Index("ix_product_shelf_price", "state", "category_id", "min_price_fen", "id"),
        sa.Index("ix_product_shelf_new", "state", "category_id", "published_at", "id"),
        sa.Index("ix_product_changed", "updated_at", "id"),
        sa.Index("ix_product_listing", "state", "position", "id"),
        sa.Index("ix_product_cheapest", "state", "min_price_fen", "id"),
        sa.Index("ix_product_newest", "state", "published_at", "id"),
        sa.Index("ix_product_best_sold", "state", "sold_count", "id"),
        sa.CheckConstraint("min_price_fen >= 0", name="price_not_negative"),
    )


TERM = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")


class ProductTerm(Base):
    """A term under which a product is found; see ``rules.words`` for what a term is.

    The C collation compares code points, as SQLite does, so that a word's beginning is a range.
    """

    __tablename__ = "product_term"

    term: Mapped[str] = mapped_column(TERM, primary_key=True)
    product_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("product.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ProductPicture(Base):
    """A picture of a product's gallery, in order."""

    __tablename__ = "product_picture"

    product_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("product.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[UUID] = mapped_column(sa.ForeignKey("media.id"), primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer(), default=0)


class Sku(Base):
    """The unit priced and stocked: one choice of every option of its product.

    ``options`` maps option name to value in order, for example ``{"釉色": "雨过天青"}``.
    """

    __tablename__ = "sku"

    id: Mapped[IdColumn]
    product_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("product.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(sa.String(64), unique=True)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    price_fen: Mapped[Fen]
    cost_fen: Mapped[Fen] = mapped_column(default=0)
    market_price_fen: Mapped[int | None]
    picture_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("media.id"))
    weight_g: Mapped[int] = mapped_column(sa.Integer(), default=0)
    position: Mapped[int] = mapped_column(sa.Integer(), default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        sa.CheckConstraint("price_fen >= 0 AND cost_fen >= 0", name="price_not_negative"),
    )


class ImportRun(Base):
    """One import of a file: what came of every line, and where to go on after a crash."""

    __tablename__ = "import_run"

    id: Mapped[IdColumn]
    kind: Mapped[str] = mapped_column(sa.String(32))  # products
    filename: Mapped[str] = mapped_column(sa.String(200))
    content_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    mapping: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(sa.String(16))  # preview, running, done, failed
    total_rows: Mapped[int] = mapped_column(sa.Integer(), default=0)
    done_rows: Mapped[int] = mapped_column(sa.Integer(), default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """A line that was not imported as it stood, with its content: to be mended and retried."""

    __tablename__ = "import_row"

    run_id: Mapped[UUID] = mapped_column(
        sa.ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True
    )
    line_no: Mapped[int] = mapped_column(sa.Integer(), primary_key=True)
    outcome: Mapped[str] = mapped_column(sa.String(16))  # failed, skipped, merged
    code: Mapped[str] = mapped_column(sa.String(48))
    message: Mapped[str] = mapped_column(sa.Text())
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[dict[str, Any]]
