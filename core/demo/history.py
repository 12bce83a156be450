"""A month of trade for the demo store: real orders, placed by members who brought each other."""

import random
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Sku
from core.replay.invoices import Invoice, InvoiceLine

DAYS = 30
ORDERS = 96
SHOPPERS = (
    *(
        "陈思远",
        "王若溪",
        "许嘉树",
        "顾南枝",
        "周以宁",
        "江予安",
        "宋清越",
        "叶知秋",
        "程亦可",
        "陆星遥",
    ),
    *(
        "何晚晴",
        "梁书言",
        "唐小满",
        "韩初雪",
        "冯知意",
        "郑云舒",
        "谢朝阳",
        "罗予墨",
        "马千里",
        "吴青禾",
    ),
)


def draw_invoices(
    session: Session, *, until: datetime, known: tuple[str, ...], seed: int = 7
) -> list[Invoice]:
    """Orders of the last month at list prices, more on later days; the same for the same seed.

    Args:
        session: to read SKUs that are on sale and plentiful.
        until: the end of the month.
        known: customers who are members already; they buy, too.
        seed: chance.
    """
    chance = random.Random(seed)  # noqa: S311 - drawn to be repeatable
    skus = session.execute(
        sa.select(Sku.code, Sku.price_fen).where(Sku.is_active).order_by(Sku.code)
    ).all()
    customers = [*known, *SHOPPERS]
    moments = sorted(
        until - timedelta(days=DAYS * (1 - chance.random() ** 0.7), minutes=chance.randrange(60))
        for _ in range(ORDERS)
    )
    invoices = []
    for number, at in enumerate(moments):
        chosen = chance.sample(skus, chance.choice((1, 1, 1, 2, 2, 3)))
        lines = tuple(
            InvoiceLine(number, code, chance.choice((1, 1, 1, 2)), price) for code, price in chosen
        )
        # Newcomers appear over the month, so the network and the trend grow.
        reach = max(len(known), int(len(customers) * (number + 6) / ORDERS))
        customer = chance.choice(customers[: min(reach, len(customers))])
        invoices.append(Invoice(f"demo-{number:03d}", at, customer, lines))
    return invoices


def draw_network(known: tuple[str, ...], seed: int = 7) -> dict[str, str]:
    """Shopper → who brought them: one of the known members, most often the last of their chain."""
    chance = random.Random(seed)  # noqa: S311 - drawn to be repeatable
    weights = [1 + 2 * place for place in range(len(known))]
    return {shopper: chance.choices(known, weights)[0] for shopper in SHOPPERS}


def sku_ids(session: Session) -> dict[str, UUID]:
    """Stock code → SKU."""
    return dict(session.execute(sa.select(Sku.code, Sku.id)).all())
