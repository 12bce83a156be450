"""The kit as the author of a plugin outside this tree uses it: one line in conftest.py."""

import os
import subprocess
import sys

import pytest

from core.config import ROOT

CONFTEST = """
from pathlib import Path

import pytest

pytest_plugins = ["core.api.testing.plugin"]


@pytest.fixture
def plugin_dirs():
    return (Path(__file__).parent / "plugins",)


@pytest.fixture
def plugins_on():
    return ("gift",)
"""

PLUGIN = """
from core.api.hooks import hookimpl

told = []


@hookimpl
def order_paid(event):
    told.append(event)
"""

TESTS = """
def test_a_paid_order_is_told(shop, make_member, make_order, outbox):
    from plugins.gift.plugin import told  # importable once the shop has discovered it

    friend = make_member("甲")
    order = make_order(lines=[("SKU-1", 2, 9900)], member=make_member("乙", referrer=friend))
    assert "order_paid" in outbox.names() and told == []
    outbox.drain()
    (event,) = told
    assert event.order_no == order.order_no
    assert event.goods_fen == 19_800
    assert [link.member_id for link in event.chain] == [friend.id]


def test_the_clock_and_jobs_move_the_store(shop, clock, make_order, outbox, run_job):
    make_order(lines=[("SKU-1", 1, 9900)], received=True)
    clock.advance(days=8)
    run_job("orders.settle")
    assert outbox.names()[-1] == "order_settled"


def test_pages_answer(client):
    assert client.get("/").status_code == 200
"""


@pytest.mark.slow
def test_an_authors_tests_run_with_one_line_of_setup(tmp_path):
    gift = tmp_path / "plugins" / "gift"
    gift.mkdir(parents=True)
    (gift / "plugin.toml").write_text('name = "gift"\nversion = "1.0"\n')
    (gift / "plugin.py").write_text(PLUGIN)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_gift.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:valkey", "."],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
