"""Filling an empty store with the demo's shelves, products and pictures."""

import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Category, Product
from core.catalog.services import create_category, create_product, set_product_state
from core.catalog.types import CategoryDraft, ProductDraft, SkuDraft
from core.demo.front import seed_front
from core.kernel.money import parse_yuan, rate_fen
from core.kernel.values import dataclass
from core.media.services import PreparedPicture, prepare_picture, record_picture

FOLDER = Path(__file__).parent
ACTOR = "demo"
_COST_BPS = 4_500


@dataclass(frozen=True)
class Seeded:
    """How much was added; a second run adds nothing."""

    category_count: int
    product_count: int
    picture_count: int


def prepare_pictures(media_folder: Path) -> dict[str, PreparedPicture]:
    """Encode the demo's pictures, two at a time, by name; needs no database, takes some seconds."""

    def prepare(path: Path) -> tuple[str, PreparedPicture]:
        return path.stem, prepare_picture(media_folder, path.name, path.read_bytes())

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(prepare, sorted((FOLDER / "pictures").glob("*.webp"))))


def seed_catalog(
    session: Session,
    media_folder: Path,
    *,
    pictures: Mapping[str, PreparedPicture] | None = None,
) -> Seeded:
    """Add what is missing of the demo's shelves and products; what is there stays as it is.

    ``pictures`` is what :func:`prepare_pictures` made; without it they are made here, inside the
    caller's transaction.
    """
    content = tomllib.loads((FOLDER / "catalog.toml").read_text(encoding="utf-8"))
    keys = {_source_key(entry) for entry in content["products"]}
    there = set(session.scalars(sa.select(Product.source_key).where(Product.source_key.in_(keys))))
    missing = [entry for entry in content["products"] if _source_key(entry) not in there]
    shelves: dict[str, UUID] = {
        row.slug: row.id for row in session.execute(sa.select(Category.slug, Category.id))
    }
    new_shelves = [entry for entry in content["categories"] if entry["slug"] not in shelves]
    if not missing and not new_shelves:
        return Seeded(0, 0, 0)
    prepared = prepare_pictures(media_folder) if pictures is None else pictures
    media = {name: record_picture(session, each).id for name, each in prepared.items()}
    _seed_shelves(session, content["categories"], shelves, media)
    for position, entry in enumerate(content["products"]):
        if entry in missing:
            _seed_product(session, entry, position, shelves, media)
    seed_front(session, content["front"], media["hero"])
    return Seeded(len(new_shelves), len(missing), len(media))


def _seed_shelves(
    session: Session,
    entries: list[dict[str, Any]],
    shelves: dict[str, UUID],
    media: Mapping[str, UUID],
) -> None:
    for position, entry in enumerate(entries):
        if entry["slug"] not in shelves:
            draft = CategoryDraft(
                name=entry["name"],
                name_en=entry["name_en"],
                slug=entry["slug"],
                parent_id=shelves[entry["parent"]] if "parent" in entry else None,
                picture_id=media[entry["picture"]],
                position=position,
            )
            shelves[entry["slug"]] = create_category(session, draft)


def _seed_product(
    session: Session,
    entry: dict[str, Any],
    position: int,
    shelves: Mapping[str, UUID],
    media: Mapping[str, UUID],
) -> None:
    draft = ProductDraft(
        title=entry["title"],
        subtitle=entry["subtitle"],
        description=entry["description"].strip(),
        slug=entry["slug"],
        attributes=tuple((name, value) for name, value in entry["attributes"]),
        category_id=shelves[entry["category"]],
        market_price_fen=parse_yuan(entry["market"]) if "market" in entry else None,
        per_member_limit=entry.get("limit"),
        position=position,
        source_key=_source_key(entry),
        sold_count=entry["sold"],
    )
    product_id = create_product(
        session,
        draft,
        skus=[_sku(entry, number, row, media) for number, row in enumerate(entry["skus"], 1)],
        pictures=[media[name] for name in entry["pictures"]],
        actor=ACTOR,
    )
    set_product_state(session, [product_id], "on_sale")


def _sku(entry: dict[str, Any], number: int, row: list[Any], media: Mapping[str, UUID]) -> SkuDraft:
    names = entry.get("options", [])
    choices, (price, pieces, *picture) = row[: len(names)], row[len(names) :]
    price_fen = parse_yuan(price)
    return SkuDraft(
        code=f"{entry['slug']}-{number}",
        price_fen=price_fen,
        options=dict(zip(names, choices, strict=True)),
        cost_fen=rate_fen(price_fen, _COST_BPS),
        picture_id=media[picture[0]] if picture else None,
        on_hand=pieces,
    )


def _source_key(entry: dict[str, Any]) -> str:
    return f"demo:{entry['slug']}"
