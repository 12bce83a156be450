import re

import pytest

from core.api.clock import now
from core.staff.services import create_role
from plugins.distribution.services.statements import Month
from plugins.distribution.tests.test_statements import (  # noqa: F401 - fixtures
    ZONE,
    eventful,
    next_month,
)

OWN = {"Origin": "http://localhost"}
PAGE = "/x/distribution/statements"


@pytest.fixture
def second_month(next_month, eventful):  # noqa: F811 - the order matters: it is read afterwards
    month = Month.of(now(), ZONE)
    earlier = Month(month.year - (month.number <= 2), (month.number - 3) % 12 + 1)
    return str(earlier)


def test_a_distributor_reads_a_month_on_the_phone(eventful, second_month, sign_in):  # noqa: F811
    browser = sign_in(eventful)
    page = browser.get(f"{PAGE}?month={second_month}&lang=en").text
    assert f"<option selected>{second_month}</option>" in page
    assert "Payout asked for" in page
    assert "2 commissions" in page
    assert "21.80" in page  # at the end: 31.80 settled, 10.00 paid out
    assert f"{PAGE}.csv?month={second_month}" in page
    first_month = re.findall(r"<option[^>]*>([0-9-]+)", page)[-1]
    rows = browser.get(f"{PAGE}?month={first_month}").text
    assert 'href="/x/distribution/ledger?q=' in rows  # where each is explained


def test_a_month_that_is_none_shows_the_newest(eventful, sign_in):  # noqa: F811
    page = sign_in(eventful).get(f"{PAGE}?month=1999-01").text
    assert f"<option selected>{Month.of(now(), ZONE)}</option>" in page


def test_a_newcomer_sees_that_nothing_happened(programme, make_member, sign_in):
    member = make_member("新人")
    programme.name(member)
    page = sign_in(member).get(PAGE).text
    assert "这个月没有变动" in page
    assert "/x/distribution/products" in page


def test_the_file_opens_in_spreadsheets_and_adds_up(eventful, second_month, sign_in):  # noqa: F811
    answer = sign_in(eventful).get(f"{PAGE}.csv?month={second_month}")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].endswith(f'"statement-{second_month}.csv"')
    head, _, rows = answer.data.decode("utf-8-sig").partition("\r\n\r\n")
    figures = dict(line.split(",")[:2] for line in head.splitlines())
    changes = [line.split(",")[5] for line in rows.splitlines()[1:]]
    assert float(figures["月末"]) - float(figures["月初"]) == sum(map(float, changes)) == -10


def test_staff_reads_and_downloads_the_statement_of_anybody(
    eventful,  # noqa: F811
    second_month,
    sign_in,
    make_staff,
    shop,
):
    browser = sign_in(make_staff(), "staff")
    root = f"/admin/x/distribution/statements/{eventful.id}"
    page = browser.get(f"{root}?month={second_month}").text
    assert "21.80" in page
    assert "提现申请" in page
    answer = browser.post(f"{root}/csv?month={second_month}", headers=OWN)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "distribution.statement.export" in browser.get("/admin/audit").text
    assert browser.get(f"{root}/csv").status_code == 405
    assert browser.get("/admin/x/distribution/statements/nobody").status_code == 404


def test_who_may_not_see_distributors_sees_no_statement(eventful, sign_in, make_staff, shop):  # noqa: F811
    with shop.database.write() as session:
        role = create_role(session, name="打包", permissions=["order.view"])
    browser = sign_in(make_staff(role.key), "staff")
    root = f"/admin/x/distribution/statements/{eventful.id}"
    assert browser.get(root).status_code == 403
    assert browser.post(f"{root}/csv", headers=OWN).status_code == 403
