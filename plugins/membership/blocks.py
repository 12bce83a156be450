"""What membership adds to pages of others: the level card and growth of a member."""

from collections.abc import Mapping
from typing import Any

from core.api.contributions import Block, BlockContext
from core.api.regions import Region
from plugins.membership.services.reading import tiers
from plugins.membership.services.reports import seen
from plugins.membership.services.reviews import falling

HOME = "/x/membership/"


def level_card(context: BlockContext) -> Mapping[str, Any] | None:
    """Tier, growth and the way to the next one; an invitation for guests."""
    if context.member_id is None:
        ladder = tiers(context.session)
        return {"seen": None, "ladder": ladder, "locale": context.locale} if ladder else None
    found = seen(context.session, context.member_id)
    if not found.ladder and found.tier is None:
        return None
    return {
        "seen": found,
        "ladder": found.ladder,
        "falls_to": falling(context.session, context.member_id),
        "locale": context.locale,
    }


def growth_asset(context: BlockContext) -> Mapping[str, Any] | None:
    """Growth among what a member owns."""
    assert context.member_id is not None  # blocks for members are not asked for guests
    found = seen(context.session, context.member_id)
    return {"growth": found.growth} if found.ladder else None


BLOCKS = (
    Block(
        key="membership.card",
        region=Region.MEMBER_HOME_CARDS,
        template="store/card.html",
        context=level_card,
        weight=50,
        styles=("card.css",),
    ),
    Block(
        key="membership.asset",
        region=Region.MEMBER_HOME_ASSETS,
        template="store/asset.html",
        context=growth_asset,
        weight=200,
        audience="member",
    ),
)
