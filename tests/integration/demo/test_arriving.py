"""The demo's month came through share links, so that whoever looks at them sees real figures."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.demo.store import Filler
from core.orders.models import Order
from core.sharing.models import ShareAction, ShareLink, ShareVisit
from core.sharing.services import funnel_counts


@pytest.fixture
def filled(shop):
    """A shop filled as `banyan demo` fills it."""
    Filler(shop, lambda _line: None).fill()
    return shop


def test_many_look_some_register_and_members_order_by_what_others_shared(filled):
    until = datetime.now(UTC) + timedelta(minutes=1)
    with filled.database.read() as session:
        total = session.scalar(sa.select(sa.func.count(Order.id)))
        found = funnel_counts(session, until - timedelta(days=31), until)
        posters = funnel_counts(session, until - timedelta(days=31), until, "poster")
        assert found.visitors > 2 * found.registered > 10
        assert total / 2 < found.ordered <= total
        assert posters.visitors > 10
        assert posters.ordered > 5
        assert posters.scans > 10

        ordered = sa.select(ShareAction.reference).where(ShareAction.kind == "ordered")
        assert set(session.scalars(ordered)) <= set(session.scalars(sa.select(Order.order_no)))

        own = sa.select(sa.func.count()).select_from(
            sa.join(ShareAction, ShareLink, ShareLink.id == ShareAction.share_id)
        )
        assert session.scalar(own.where(ShareAction.member_id == ShareLink.member_id)) == 0
        sharers = session.scalar(sa.select(sa.func.count(sa.distinct(ShareLink.member_id))))
        products = session.scalar(
            sa.select(sa.func.count(sa.distinct(ShareLink.target))).where(
                ShareLink.target_kind == "product"
            )
        )
        late = session.scalar(sa.select(sa.func.count()).where(ShareVisit.at > datetime.now(UTC)))
        assert sharers > 6  # the four who came first, and buyers of theirs
        assert products > 5
        assert late == 0
