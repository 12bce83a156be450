"""How making goes, as the merchant sees it; what failed is tried again by one button."""

import pytest
import sqlalchemy as sa

from plugins.poster.models import Poster
from plugins.poster.services import workshop

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def owner(sign_in, maker):
    return sign_in(maker.staff(), "staff")


def text_of(owner):
    return owner.get("/admin/x/poster/making").get_data(as_text=True)


def test_what_waits_was_made_and_failed_is_counted(stage, clock, run_job):
    stage.ask(stage.lin, stage.one, stage.pot)
    run_job("poster.render")
    stage.ask(stage.maker.member("王知夏"), stage.one, stage.pot)
    clock.advance(minutes=2)
    with stage.shop.database.read() as session:
        found = workshop.workshop(session)
    assert (found.ready, found.waiting, found.failed, found.day_count) == (1, 1, 0, 1)
    assert found.is_late
    assert found.byte_count > 10_000
    assert 0 <= found.median_seconds <= found.slowest_seconds < 60
    clock.advance(days=2)
    run_job("poster.render")
    with stage.shop.database.read() as session:
        found = workshop.workshop(session)
    assert (found.waiting, found.oldest_at, found.is_late, found.day_count) == (0, None, False, 1)


def test_what_failed_is_listed_and_tried_again(stage, owner, run_job):
    assert "Every poster was made" in text_of(owner) or "每张海报都已生成" in text_of(owner)
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    with stage.shop.database.write() as session:
        session.execute(sa.update(Poster).values(state="failed", tries=3, error="OSError: <disk>"))
    shown = text_of(owner)
    assert "林知夏🎉" in shown
    assert "OSError: &lt;disk&gt;" in shown

    assert owner.post("/admin/x/poster/making/again", headers=OWN).status_code == 303
    assert stage.row(asked.id).state == "waiting"
    run_job("poster.render")
    assert stage.row(asked.id).state == "ready"


def test_the_page_asks_the_same_number_of_statements_however_much_failed(
    stage, owner, count_statements
):
    def statements():
        owner.get("/admin/x/poster/making")
        with count_statements() as sent:
            owner.get("/admin/x/poster/making")
        return len(sent)

    before = statements()
    for number in range(5):
        stage.ask(stage.maker.member(f"会员{number}"), stage.one, stage.pot)
    with stage.shop.database.write() as session:
        session.execute(sa.update(Poster).values(state="failed", tries=3))
    assert statements() == before + 1  # the names of those who wait
