"""Posters that the demo's members share, so that its month of trade has figures to tell."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.catalog import list_products
from core.api.clock import local_date, now
from core.api.settings import load_settings
from core.api.sharing import create_share
from plugins.poster.rules import Purpose
from plugins.poster.rules.campaigns import CHANNEL, campaign_of
from plugins.poster.services.tallying import note_shown
from plugins.poster.services.template_views import published

PRODUCTS = 10
"""Products that each member has a poster of; not the same ones."""
SHOWN_ON = (28, 19, 11, 4)
"""Days before today around which a member looks at a poster to show it."""


def share_posters(session: Session, member_ids: Sequence[UUID]) -> int:
    """Give each member links as their posters have, and looks at them; how many links there are."""
    today, count = local_date(now(), load_settings(session).timezone), 0
    for place, member_id in enumerate(member_ids):
        for number, (template_id, product) in enumerate(_wanted(session, place)):
            kind = "product" if product else "store"
            campaign = campaign_of(template_id)
            share = create_share(session, member_id, kind, product, CHANNEL, campaign)
            for days in SHOWN_ON[number % 3 :]:
                day = today - timedelta(days=days - (place + number) % 4)
                note_shown(session, share.id, member_id, campaign, day)
            count += 1
    return count


def _wanted(session: Session, place: int) -> Iterator[tuple[UUID, str]]:
    """A template and a product (empty: the shop) for every poster of a member."""
    for purpose in (Purpose.SHOP, Purpose.INVITE):
        for template in published(session, purpose):
            yield template.id, ""
    templates = published(session, Purpose.PRODUCT)
    products = list_products(session, per_page=PRODUCTS, page=1 + place % 2).items
    for number, product in enumerate(products):
        if templates:
            yield templates[(place + number) % len(templates)].id, str(product.id)
