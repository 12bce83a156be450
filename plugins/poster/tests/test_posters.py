"""Posters of members: asked for twice and made once, anew when anything on them changes."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from core.api.errors import NotFound, Rejected
from core.members.models import Member
from plugins.poster.models import Poster
from plugins.poster.rules import Kind, Purpose
from plugins.poster.services import posters, templates


@pytest.fixture
def plugins_on():
    return ("poster",)


def test_a_poster_is_made_by_the_job_and_its_code_leads_to_the_link(stage, run_job):
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    assert (asked.state, asked.path) == ("waiting", "")

    run_job("poster.render")

    row = stage.row(asked.id)
    assert (row.state, row.tries, row.error) == ("ready", 1, "")
    data = stage.files.path(row.path).read_bytes()
    image = Image.open(io.BytesIO(data))
    assert image.size == (row.width, row.height) == (750, 1334)
    assert len(data) == row.byte_count < 250_000
    assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [asked.target]


def test_the_same_poster_asked_for_twice_is_made_once(stage, run_job):
    first = stage.ask(stage.lin, stage.one, stage.pot)
    assert stage.ask(stage.lin, stage.one, stage.pot).id == first.id
    run_job("poster.render")
    again = stage.ask(stage.lin, stage.one, stage.pot)
    assert (again.id, again.state) == (first.id, "ready")
    run_job("poster.render")
    assert stage.row(first.id).tries == 1


def test_anything_that_is_shown_makes_another_poster_when_it_changes(stage, run_job):
    ids = [stage.ask(stage.lin, stage.one, stage.pot).id]
    stage.reprice(stage.pot, 25800)
    ids.append(stage.ask(stage.lin, stage.one, stage.pot).id)
    ids.append(stage.ask(stage.lin, stage.one, stage.pot, price_fen=19900).id)
    ids.append(stage.ask(stage.lin, stage.one, stage.pot, width=1242).id)
    ids.append(stage.ask(stage.lin, stage.one, stage.pot, target="https://x.cn/s/1").id)
    ids.append(stage.ask(stage.maker.member("王知夏"), stage.one, stage.pot).id)
    with stage.shop.database.write() as session:
        grey = replace(stage.layout(), background="#EEEEEE")
        templates.publish(session, stage.one, grey, "test")
    ids.append(stage.ask(stage.lin, stage.one, stage.pot).id)
    assert len(set(ids)) == len(ids)

    run_job("poster.render")
    rows = stage.rows()
    assert {row.state for row in rows} == {"ready"}
    assert len({row.content_hash for row in rows}) == len(ids)
    assert [row.price_fen for row in rows[:3]] == [26800, 25800, 19900]
    assert (rows[3].width, rows[3].height) == (1242, 2209)


def test_a_poster_that_fails_is_tried_three_times_and_again_when_asked_for(stage, clock, run_job):
    asked = stage.ask(stage.lin, stage.one, stage.pot, target="x" * 200)
    with stage.shop.database.write() as session:
        session.execute(sa.update(Poster).values(target="锁" * 150))  # no QR code holds it
    good = stage.ask(stage.lin, stage.one, stage.pot)

    run_job("poster.render")
    assert stage.row(good.id).state == "ready"
    assert stage.row(asked.id).state == "waiting"
    assert "too long" in stage.row(asked.id).error
    run_job("poster.render")
    assert stage.row(asked.id).tries == 1
    for minutes in (1, 2, 3):
        clock.advance(minutes=minutes)
        run_job("poster.render")
    assert (stage.row(asked.id).state, stage.row(asked.id).tries) == ("failed", 3)

    clock.advance(minutes=5)
    assert stage.ask(stage.lin, stage.one, stage.pot, target="x" * 200).state == "waiting"


def test_a_missing_avatar_file_does_not_fail_a_poster(stage, run_job):
    picture_id = stage.picture_id()
    with stage.shop.database.write() as session:
        session.execute(sa.update(Member).values(avatar_id=picture_id))
    for path in stage.shop.config.uploads.glob("??/*.jpg"):
        path.unlink()
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    run_job("poster.render")
    assert stage.row(asked.id).state == "ready"


def test_a_file_that_is_gone_is_made_again(stage, run_job):
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    with pytest.raises(NotFound):
        posters.poster_file(stage.files, asked)
    run_job("poster.render")
    with stage.shop.database.read() as session:
        ready = posters.poster_of(session, asked.id, stage.lin.id)
    stage.files.remove(ready.path)
    with pytest.raises(NotFound):
        posters.poster_file(stage.files, ready)
    with stage.shop.database.write() as session:
        posters.make_again(session, asked.id)
    run_job("poster.render")
    assert posters.poster_file(stage.files, ready).is_file()


def test_nobody_gets_a_poster_of_what_is_not_there(stage):
    code = next(layer for layer in stage.layout().layers if layer.kind is Kind.QR)
    shop_poster = stage.template(replace(stage.layout(), layers=(code,)), Purpose.SHOP)
    asked = stage.ask(stage.lin, shop_poster)
    assert (asked.product_id, stage.row(asked.id).price_fen) == (None, None)
    with pytest.raises(Rejected):
        stage.ask(stage.lin, stage.one)
    draft = stage.maker.product("未上架", is_on_sale=False)
    with pytest.raises(Rejected):
        stage.ask(stage.lin, stage.one, draft)
    with stage.shop.database.write() as session:
        templates.rename(session, stage.one, "晨光", is_shown=False)
    with pytest.raises(NotFound):
        stage.ask(stage.lin, stage.one, stage.pot)


def test_a_poster_is_its_members_own_and_goes_with_them(stage):
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    other = stage.maker.member("王知夏")
    with stage.shop.database.read() as session, pytest.raises(NotFound):
        posters.poster_of(session, asked.id, other.id)
    with stage.shop.database.write() as session:
        posters.forget(session, stage.lin.id)
    assert stage.rows() == []
