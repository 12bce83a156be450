"""Figures of posters: shown, scanned, registered, ordered, given back, each once."""

from datetime import timedelta

import pytest

from core.api.clock import local_date, now
from core.api.db import new_id
from core.api.sharing import create_share
from core.api.testing.costs import statements_sent
from core.sharing import services as sharing
from plugins.poster.rules.campaigns import campaign_of, template_of
from plugins.poster.services import statistics, tallying
from plugins.poster.services.statistics import Figures

STAFF = "staff:00000000-0000-0000-0000-000000000001"
ZONE = "Asia/Shanghai"
GOODS = 26_800


@pytest.fixture
def plugins_on():
    return ("poster",)


class Stand:
    """A member with a poster, people who scan it, and what the figures say."""

    def __init__(self, shop, maker, outbox):
        self.shop, self.maker, self.outbox = shop, maker, outbox
        self.template_id, self.other_id = new_id(), new_id()
        self.member = maker.member("林知夏")

    def poster(self, template_id=None, member=None, channel="poster", campaign=None):
        with self.shop.database.write() as session:
            return create_share(
                session,
                (member or self.member).id,
                "store",
                "",
                channel,
                campaign_of(template_id or self.template_id) if campaign is None else campaign,
            )

    def show(self, poster):
        with self.shop.database.write() as session:
            day = local_date(now(), ZONE)
            tallying.note_shown(session, poster.id, poster.member_id, poster.campaign, day)

    def scan(self, poster, visitor):
        with self.shop.database.write() as session:
            sharing.record_scan(session, poster.code, visitor=visitor)
        self.outbox.drain()

    def register(self, visitor, name="新客"):
        """Somebody registers on the browser that scanned."""
        member = self.maker.member(name)
        with self.shop.database.write() as session:
            sharing.bind_on_registration(
                session,
                member.id,
                visitor,
                settings=self.shop.settings(),
                check=sharing.no_check,
            )
        return member

    def order(self, member, visitor="visitor-0001", *, paid=True):
        order = self.maker.order([("POT", 1, GOODS)], member=member, paid=False)
        with self.shop.database.write() as session:
            sharing.bind_on_order(
                session,
                member.id,
                visitor,
                settings=self.shop.settings(),
                check=sharing.no_check,
                order_no=order.order_no,
            )
        if paid:
            self.maker.pay(order)
        self.outbox.drain()
        return order

    def figures(self, days=0):
        today = local_date(now(), ZONE)
        with self.shop.database.read() as session:
            return statistics.totals(session, today - timedelta(days=days), today)

    def read(self, ask, *rest, **more):
        today = local_date(now(), ZONE)
        with self.shop.database.read() as session:
            return ask(session, today, today, *rest, **more)


@pytest.fixture
def stand(shop, maker, outbox):
    return Stand(shop, maker, outbox)


def test_the_way_from_a_poster_to_an_order_counts_one_each(stand):
    poster = stand.poster()
    stand.show(poster)
    stand.show(poster)
    stand.scan(poster, "visitor-0001")
    buyer = stand.register("visitor-0001")
    stand.order(buyer)

    assert stand.figures() == Figures(1, 1, 1, 1, 1, GOODS)


def test_people_are_counted_once_and_scans_once_a_day(stand, clock):
    poster = stand.poster()
    for visitor in ("visitor-0001", "visitor-0001", "visitor-0002"):
        stand.scan(poster, visitor)
    clock.advance(days=1)
    stand.scan(poster, "visitor-0001")

    found = stand.figures(days=1)
    assert (found.scan_count, found.scanner_count) == (3, 2)
    assert (stand.figures().scan_count, stand.figures().scanner_count) == (1, 0)


def test_links_that_are_no_posters_are_not_counted(stand):
    link = stand.poster(channel="link", campaign="")
    foreign = stand.poster(channel="poster", campaign="spring")
    for share in (link, foreign):
        stand.show(share)
        stand.scan(share, "visitor-0001")
    stand.order(stand.register("visitor-0001"))

    assert stand.figures() == Figures()


def test_an_unpaid_order_counts_nothing(stand):
    stand.scan(stand.poster(), "visitor-0001")
    stand.order(stand.register("visitor-0001"), paid=False)

    assert stand.figures().order_count == 0


def test_a_refund_is_shown_beside_the_order_of_its_day(stand, clock):
    stand.scan(stand.poster(), "visitor-0001")
    buyer = stand.register("visitor-0001")
    kept, back = stand.order(buyer), stand.order(buyer)
    clock.advance(days=2)
    stand.maker.refund(back)
    stand.outbox.drain()

    found = stand.figures(days=2)
    assert (found.order_count, found.refunded_count) == (2, 1)
    assert (found.order_fen, found.refunded_fen) == (2 * GOODS, GOODS)
    assert found.kept_fen == GOODS
    assert stand.figures() == Figures()
    assert kept.order_no != back.order_no


def test_templates_members_days_and_posters_add_up_to_the_same(stand):
    other = stand.maker.member("苏晚")
    posters = [stand.poster(), stand.poster(stand.other_id), stand.poster(member=other)]
    for number, poster in enumerate(posters):
        for visitor in range(number + 1):
            stand.scan(poster, f"visitor-{number}-{visitor}-0000")

    def scans(found):
        return {key: each.scan_count for key, each in dict(found).items()}

    assert scans(stand.read(statistics.by_template)) == {stand.template_id: 4, stand.other_id: 2}
    assert scans(stand.read(statistics.by_member)) == {stand.member.id: 3, other.id: 3}
    assert scans(stand.read(statistics.by_member, stand.other_id)) == {stand.member.id: 2}
    assert scans(stand.read(statistics.by_member, limit=1, offset=1)) == {
        max(stand.member.id, other.id): 3
    }
    assert list(scans(stand.read(statistics.by_day, stand.template_id)).values()) == [4]
    ids = [poster.id for poster in posters]
    with stand.shop.database.read() as session:
        assert scans(statistics.of_shares(session, ids)) == dict(zip(ids, (1, 2, 3), strict=True))
        assert statistics.of_member(session, stand.member.id).scan_count == 3
        with statements_sent(stand.shop) as sent:
            statistics.of_shares(session, [])
            statistics.totals(session, local_date(now(), ZONE), local_date(now(), ZONE))
    assert len(sent) <= 2


def test_an_erased_members_sums_stay_without_the_browsers(stand):
    poster = stand.poster()
    stand.scan(poster, "visitor-0001")
    with stand.shop.database.write() as session:
        tallying.forget(session, stand.member.id)
    assert stand.figures().scanner_count == 1
    with stand.shop.database.write() as session:
        sharing.record_scan(session, poster.code, visitor="visitor-0001", at=now() + timedelta(1))
    stand.outbox.drain()
    assert stand.figures(days=1).scan_count == 1  # tomorrow's scan stands on tomorrow


def test_a_campaign_names_its_template_and_nothing_else_does():
    template_id = new_id()
    assert template_of(campaign_of(template_id)) == template_id
    assert len(campaign_of(template_id)) <= 64
    for other in ("", "spring", "poster:", "poster:x"):
        assert template_of(other) is None
