"""Asking for a poster from a page: a guest's price, and a worker that makes it within a second."""

import time

import pytest

from core.worker.scheduler import Scheduler
from plugins.poster.services import posters
from plugins.poster.views.asking import ask_for_poster


@pytest.fixture
def plugins_on():
    return ("poster",)


@pytest.fixture
def ask(app, stage):
    def ask(**more):
        with app.test_request_context("/", base_url="https://shop.example.com"):
            return ask_for_poster(stage.lin.id, stage.one, stage.pot.id, **more)

    return ask


def test_a_poster_that_a_page_waits_for_is_made_within_a_second(shop, stage, ask):
    scheduler = Scheduler(shop)
    scheduler.step()
    scheduler.finish(20)  # what the first look finds due has nothing to make
    asked = ask()
    assert (
        asked.target == f"https://shop.example.com/s/{stage.row(asked.id).words['words']['code']}"
    )
    began = time.process_time()
    scheduler.step()
    scheduler.finish(20)
    scheduler.close()
    assert stage.row(asked.id).state == "ready"
    assert time.process_time() - began < 1


def test_a_file_that_was_lost_is_made_again_when_it_is_asked_for(stage, ask, run_job):
    asked = ask()
    run_job("poster.render")
    ready = ask()
    assert (ready.id, ready.state) == (asked.id, "ready")
    stage.files.remove(ready.path)
    assert ask().state == "waiting"
    run_job("poster.render")
    assert posters.poster_file(stage.files, ask()).is_file()


def test_a_product_of_several_prices_says_from(stage, ask, maker):
    stage.pot = maker.product("茶杯", skus=[("C-1", 5900, 9), ("C-2", 6900, 9)])
    asked = stage.row(ask().id)
    assert asked.price_fen == 5900
    assert asked.words["words"]["price"] in {"¥59起", "from ¥59"}


def test_posters_end_when_the_merchant_says_so(shop, stage, ask):
    assert ask().expires_at is None
    values = {**shop.plugins.settings_of("poster"), "poster_days": 30}
    shop.plugins.save_settings("poster", values, "test")
    time.sleep(0.6)  # settings are up to half a second old
    assert 29 < (ask().expires_at - stage.rows()[0].asked_at).days <= 30
