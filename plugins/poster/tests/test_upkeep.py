"""Posters that end are made anew while they are used; what nobody needs goes with its file."""

import os
import time
from datetime import timedelta

import pytest

from core.api.clock import now
from core.catalog import services as catalog
from plugins.poster.rules.campaigns import campaign_of
from plugins.poster.services import tallying


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def good_for(shop):
    def set_days(days):
        values = {**shop.plugins.settings_of("poster"), "poster_days": days}
        shop.plugins.save_settings("poster", values, "test")

    return set_days


def ends_in(stage, days, **more):
    return stage.ask(
        stage.lin, stage.one, stage.pot, expires_at=now() + timedelta(days=days), **more
    )


def age_files(stage):
    past = time.time() - 7200
    for name in stage.files.names():
        os.utime(stage.files.path(name), (past, past))


def test_a_poster_in_use_lives_on_before_it_ends(stage, clock, run_job, good_for):
    good_for(30)
    asked = ends_in(stage, 10)
    run_job("poster.render")
    run_job("poster.renew")
    assert stage.row(asked.id).expires_at < now() + timedelta(days=11)

    clock.advance(days=8)
    run_job("poster.renew")

    (row,) = stage.rows()
    assert row.expires_at > now() + timedelta(days=29)
    assert (row.state, row.tries) == ("ready", 1)


def test_what_changed_meanwhile_becomes_another_poster(stage, clock, run_job, good_for):
    good_for(30)
    old = ends_in(stage, 2, price_fen=19900)
    run_job("poster.render")
    with stage.shop.database.write() as session:
        catalog.update_product(session, stage.pot.id, catalog_draft("新名字"))
    run_job("poster.renew")
    first, second = stage.rows()
    assert (first.id, second.state) == (old.id, "ready")
    assert second.words["words"]["title"] == "新名字"
    assert second.price_fen == 19900
    assert first.expires_at <= now() < second.expires_at


def catalog_draft(title):
    from core.catalog.types import ProductDraft

    return ProductDraft(title)


def test_a_poster_of_what_is_not_sold_any_more_ends(stage, clock, run_job, good_for):
    good_for(30)
    asked = ends_in(stage, 2)
    run_job("poster.render")
    with stage.shop.database.write() as session:
        catalog.set_product_state(session, [stage.pot.id], "off_sale")
    run_job("poster.renew")
    assert stage.row(asked.id).expires_at < now() + timedelta(days=3)

    clock.advance(days=10)
    age_files(stage)
    run_job("poster.tidy")
    assert stage.rows() == []
    assert list(stage.files.names()) == []


def test_only_posters_that_somebody_uses_are_made_anew(stage, clock, run_job, good_for):
    good_for(60)
    asked = ends_in(stage, 50)
    run_job("poster.render")
    clock.advance(days=48)
    run_job("poster.renew")
    assert stage.row(asked.id).expires_at < now() + timedelta(days=3)

    with stage.shop.database.write() as session:
        campaign, day = campaign_of(stage.one), now().date()
        tallying.note_shown(session, asked.share_id, stage.lin.id, campaign, day)
    run_job("poster.renew")
    assert stage.row(asked.id).expires_at > now() + timedelta(days=59)


def test_posters_that_never_end_are_left_alone_until_nobody_uses_them(stage, clock, run_job):
    asked = stage.ask(stage.lin, stage.one, stage.pot)
    run_job("poster.render")
    clock.advance(days=80)
    run_job("poster.renew")
    run_job("poster.tidy")
    assert stage.row(asked.id).expires_at is None
    clock.advance(days=11)
    age_files(stage)
    run_job("poster.tidy")
    assert stage.rows() == []
    assert list(stage.files.names()) == []


def test_a_file_that_two_posters_show_or_that_is_new_is_kept(stage, run_job):
    stage.ask(stage.lin, stage.one, stage.pot)
    run_job("poster.render")
    stage.files.keep("ff/ff.jpg", b"just being stored")
    run_job("poster.tidy")
    assert len(list(stage.files.names())) == 2
    age_files(stage)
    run_job("poster.tidy")
    (name,) = stage.files.names()
    assert name == stage.rows()[0].path
