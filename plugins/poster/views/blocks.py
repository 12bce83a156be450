"""Ways into the studio from pages of others, for members who may make posters."""

from collections.abc import Mapping
from typing import Any

from core.api.contributions import Block, BlockContext
from core.api.pages import ProductSubject
from core.api.regions import Region
from plugins.poster.views.page import may_make


def on_product(context: BlockContext) -> Mapping[str, Any] | None:
    """In the sheet that shares a product."""
    subject = context.subject
    if not isinstance(subject, ProductSubject) or not subject.product.is_on_sale:
        return None
    return {"product_id": subject.product.id} if _may(context) else None


def in_centre(context: BlockContext) -> Mapping[str, Any] | None:
    """Among the tools of the distributor centre, and in the member centre's menu."""
    return {} if _may(context) else None


def _may(context: BlockContext) -> bool:
    return context.member_id is not None and may_make(context.member_id)


STUDIO_BLOCKS = (
    Block(
        key="poster.on_product",
        region=Region.PRODUCT_SHARE_SHEET,
        template="store/on_product.html",
        context=on_product,
        audience="member",
    ),
    Block(
        key="poster.tool",
        region=Region.DISTRIBUTOR_HOME_MENU,
        template="store/tool.html",
        context=in_centre,
        audience="member",
    ),
    Block(
        key="poster.menu",
        region=Region.MEMBER_HOME_MENU,
        template="store/menu.html",
        context=in_centre,
        weight=60,
        audience="member",
    ),
)
"""Blocks of the studio."""
