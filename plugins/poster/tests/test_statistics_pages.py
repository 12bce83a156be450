"""The merchant's figures of posters: narrowed, by template and member, as a file."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.api.clock import local_date, now
from core.api.testing.costs import statements_sent
from core.staff.models import AuditEntry
from plugins.poster.rules import Purpose
from plugins.poster.services import templates
from plugins.poster.services.starters import starters
from plugins.poster.tests.test_tallying import GOODS, STAFF, Stand

OWN = {"Origin": "http://localhost"}
PATH = "/admin/x/poster/statistics"


@pytest.fixture
def database_url(sqlite_url):
    """What pages show does not depend on the database."""
    return sqlite_url


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def stand(shop, maker, outbox):
    """A member whose poster of the template 晨光 sold a pot, and another's that was scanned."""
    stand = Stand(shop, maker, outbox)
    starter = next(each for each in starters("zh") if each.purpose is Purpose.SHOP)
    with shop.database.write() as session:
        stand.template_id = templates.create(
            session, "晨光", starter.purpose, starter.layout, STAFF
        )
    poster = stand.poster()
    stand.show(poster)
    stand.scan(poster, "visitor-0001")
    stand.order(stand.register("visitor-0001"))
    stand.scan(stand.poster(stand.other_id, maker.member("=苏晚")), "visitor-0002")
    return stand


@pytest.fixture
def desk(sign_in, make_staff):
    browser = sign_in(make_staff(), "staff")
    browser.set_cookie("banyan_lang", "en")

    def read(query=""):
        answer = browser.get(f"{PATH}{query}")
        assert answer.status_code == 200
        return answer.text

    read.browser = browser
    return read


def test_the_same_share_is_told_alike_above_and_on_the_way(stand, desk):
    stand.scan(stand.poster(stand.other_id), "visitor-0003")
    html = desk()
    assert "33% of those who scanned" in html
    assert "33.33%" not in html


def test_sums_templates_and_members_are_told(stand, desk):
    html = desk()
    assert "晨光" in html
    assert "A deleted template" in html
    assert "林知夏" in html
    assert "苏晚" in html
    assert "268" in html
    assert "by 2 people" in html
    only = desk(f"?template={stand.template_id}")
    assert "Of the template “晨光” only." in only
    assert "苏晚" not in only
    assert "by 1 person" in only


def test_a_refund_stands_beside_what_was_sold(stand, desk):
    buyer = stand.maker.member("买家")
    poster = stand.poster()
    stand.scan(poster, "visitor-0009")
    with stand.shop.database.write() as session:
        stand_claims(session, buyer)
    back = stand.order(buyer, "visitor-0009")
    stand.maker.refund(back)
    stand.outbox.drain()
    html = desk()
    assert "1 of them given back" in html
    assert "¥268.00 given back" in html or "¥268 given back" in html


def stand_claims(session, buyer):
    from core.sharing.services import claim_visits

    claim_visits(session, "visitor-0009", buyer.id)


@pytest.mark.parametrize(
    "query",
    ["?since=2020-01-01&until=2020-01-31", "?since=2999-01-01&until=1999-01-01", "?template=x"],
)
def test_any_time_is_answered(stand, desk, query):
    html = desk(query)
    assert ("Nothing in this time" in html) == ("2020" in query or "1999" in query)


def test_the_file_has_everybody_and_is_written_down(stand, desk, shop):
    answer = desk.browser.post(f"{PATH}/csv?days=7", headers=OWN)
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row["Member"] for row in rows] == ["林知夏", "'=苏晚"]
    assert [row["Orders"] for row in rows] == ["1", "0"]
    assert rows[0]["Goods in yuan"] == f"{GOODS / 100:.2f}"
    assert rows[0]["Until"] == str(local_date(now(), "Asia/Shanghai"))
    assert rows[0]["From"] == str(local_date(now(), "Asia/Shanghai") - timedelta(days=6))
    with shop.database.read() as session:
        actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert "poster.statistics.export" in actions


def test_the_page_asks_the_same_few_things_however_many_members_there_are(stand, desk, shop):
    desk()
    with statements_sent(shop) as few:
        desk()
    for number in range(4):
        member = stand.maker.member(f"新{number}")
        stand.scan(stand.poster(member=member), f"visitor-{number}-000000")
    with statements_sent(shop) as many:
        desk()
    assert len(many) == len(few) <= 8
