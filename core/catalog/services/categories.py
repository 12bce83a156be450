"""The tree of shelves."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product
from core.catalog.rules.drafts import DEEPEST_SHELF, checked_category
from core.catalog.services.indexing import index_products
from core.catalog.services.listing import shelf_ids
from core.catalog.types import CategoryDraft, CategoryView
from core.db import state
from core.kernel.errors import InvalidInput, NotFound, Rejected
from core.kernel.ids import new_id
from core.media.models import Media
from core.media.services import PICTURE_COLUMNS, picture_of

_TREE = (
    sa.select(
        Category.id,
        Category.parent_id,
        Category.slug,
        Category.name,
        Category.name_en,
        Category.position,
        Category.is_visible,
        *(column.label(f"picture_{column.key}") for column in PICTURE_COLUMNS),
    )
    .outerjoin(Media, Media.id == Category.picture_id)
    .order_by(Category.position, Category.id)
)


def categories(session: Session, *, include_hidden: bool = False) -> tuple[CategoryView, ...]:
    """The shelves of the store as a tree in the merchant's order, in one statement.

    A hidden shelf hides those below it, unless ``include_hidden``.
    """
    below: dict[UUID | None, list[sa.Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in session.execute(_TREE):
        if row.is_visible or include_hidden:
            below[row.parent_id].append(row)

    def branch(parent_id: UUID | None) -> tuple[CategoryView, ...]:
        return tuple(
            CategoryView(
                id=row.id,
                parent_id=row.parent_id,
                slug=row.slug,
                name=row.name,
                name_en=row.name_en,
                position=row.position,
                is_visible=row.is_visible,
                picture=picture_of(row[-len(PICTURE_COLUMNS) :]),
                children=branch(row.id),
            )
            for row in below[parent_id]
        )

    return branch(None)


def shelves_below(category: CategoryView) -> tuple[UUID, ...]:
    """Ids of a shelf and of all shelves below it."""
    below = (each for child in category.children for each in shelves_below(child))
    return (category.id, *below)


def find_category(tree: tuple[CategoryView, ...], slug: str) -> CategoryView:
    """The shelf with a slug, anywhere in the tree.

    Raises:
        NotFound: none has it.
    """
    waiting = list(tree)
    while waiting:
        category = waiting.pop()
        if category.slug == slug:
            return category
        waiting.extend(category.children)
    raise NotFound("catalog.no_category", "There is no such category.")


def create_category(session: Session, draft: CategoryDraft) -> UUID:
    """Add a shelf; returns its id.

    Raises:
        InvalidInput: a wrong field, a slug that is taken, or a shelf more than three deep.
    """
    draft = checked_category(draft)
    _check_slug(session, draft.slug, None)
    _check_parent(session, None, draft.parent_id)
    category_id = new_id()
    session.execute(sa.insert(Category).values(id=category_id, **_values(draft)))
    state.bump(session, state.CATALOG)
    return category_id


def update_category(session: Session, category_id: UUID, draft: CategoryDraft) -> None:
    """Change a shelf; products are found by its new name at once.

    Raises:
        NotFound: no such shelf.
        InvalidInput: as in :func:`create_category`, or a shelf put below itself.
    """
    draft = checked_category(draft)
    names = sa.select(Category.name, Category.name_en).where(Category.id == category_id)
    old = session.execute(names).first()
    if old is None:
        raise NotFound("catalog.no_category", "There is no such category.")
    _check_slug(session, draft.slug, category_id)
    _check_parent(session, category_id, draft.parent_id)
    session.execute(sa.update(Category).where(Category.id == category_id).values(**_values(draft)))
    if tuple(old) != (draft.name, draft.name_en):
        below = shelf_ids(sa.literal(draft.slug))
        on_it = session.scalars(sa.select(Product.id).where(Product.category_id.in_(below)))
        index_products(session, on_it.all())
    state.bump(session, state.CATALOG)


def delete_category(session: Session, category_id: UUID) -> None:
    """Remove an empty shelf.

    Raises:
        Rejected: products or shelves are still on it.
    """
    is_used = session.scalar(
        sa.select(
            sa.exists().where(Product.category_id == category_id)
            | sa.exists().where(Category.parent_id == category_id)
        )
    )
    if is_used:
        raise Rejected(
            "catalog.category_used",
            "There are still products or categories in it. Move them first.",
        )
    session.execute(sa.delete(Category).where(Category.id == category_id))
    state.bump(session, state.CATALOG)


def _values(draft: CategoryDraft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "name_en": draft.name_en,
        "slug": draft.slug,
        "parent_id": draft.parent_id,
        "picture_id": draft.picture_id,
        "position": draft.position,
        "is_visible": draft.is_visible,
    }


def _check_slug(session: Session, slug: str, own_id: UUID | None) -> None:
    taken = session.scalar(sa.select(Category.id).where(Category.slug == slug))
    if taken is not None and taken != own_id:
        raise InvalidInput("catalog.slug_taken", "This address is taken.", field="slug")


def _check_parent(session: Session, own_id: UUID | None, parent_id: UUID | None) -> None:
    """A shelf may not stand below itself nor too deep, its own branch included."""
    if parent_id is None:
        return
    parents = {row.id: row.parent_id for row in session.execute(_PARENTS)}
    if parent_id not in parents:
        raise InvalidInput(
            "catalog.parent", "The category above does not exist.", field="parent_id"
        )
    depth = 1
    above: UUID | None = parent_id
    while above is not None:
        if above == own_id:
            raise InvalidInput(
                "catalog.parent_below", "A category cannot stand below itself.", field="parent_id"
            )
        depth, above = depth + 1, parents[above]
    if depth + _height_below(parents, own_id) > DEEPEST_SHELF:
        raise InvalidInput(
            "catalog.too_deep",
            "Categories are at most %(limit)s deep.",
            limit=DEEPEST_SHELF,
            field="parent_id",
        )


_PARENTS = sa.select(Category.id, Category.parent_id)


def _height_below(parents: dict[UUID, UUID | None], own_id: UUID | None) -> int:
    """How many shelves deep the branch below a shelf is."""
    if own_id is None:
        return 0
    children = [child for child, parent in parents.items() if parent == own_id]
    return max((1 + _height_below(parents, child) for child in children), default=0)
