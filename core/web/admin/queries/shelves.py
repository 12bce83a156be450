"""Shelves for pickers, and how many products stand on each."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Product
from core.catalog.types import CategoryView


def product_counts(session: Session) -> dict[UUID | None, int]:
    """Products by category, those without one under ``None``. One statement."""
    rows = session.execute(
        sa.select(Product.category_id, sa.func.count()).group_by(Product.category_id)
    )
    return {row[0]: row[1] for row in rows}


def shelf_choices(
    tree: tuple[CategoryView, ...], *, by_slug: bool = False, depth: int = 0
) -> list[tuple[str, str]]:
    """Categories for a picker, each below its parent and indented."""
    found = []
    for shelf in tree:
        value = shelf.slug if by_slug else str(shelf.id)
        found.append((value, "　" * depth + shelf.name))
        found += shelf_choices(shelf.children, by_slug=by_slug, depth=depth + 1)
    return found
