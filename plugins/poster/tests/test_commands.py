"""The demo's templates, and the links of its members."""

from datetime import timedelta

import pytest

from core.api.clock import local_date, now
from core.demo.arriving import SharedLinks
from core.host.work import Work
from plugins.poster.commands import demo
from plugins.poster.rules import Purpose
from plugins.poster.services.starters import starters
from plugins.poster.services.statistics import by_template
from plugins.poster.services.template_views import all_templates


@pytest.fixture
def plugins_on():
    return ("poster",)


def test_the_demo_has_every_design_published_once(shop):
    work = Work(shop, {}, actor="demo")
    assert demo(work, []) == {"templates": len(starters("zh")), "fan_tasks": 1, "shared": 0}
    assert demo(work, []) == {"templates": 0, "fan_tasks": 0, "shared": 0}
    with shop.database.read() as session:
        found = all_templates(session)
    assert {each.name for each in found} == {each.name for each in starters("zh")}
    assert all(each.version == 1 and not each.has_draft for each in found)
    pictures = [each.layout.background_media_id is not None for each in found]
    assert sum(pictures) == sum(each.picture is not None for each in starters("zh"))


def test_the_demos_members_share_posters_and_the_figures_tell_what_comes(shop, maker, outbox):
    work, lin = Work(shop, {}, actor="demo"), maker.member("林知夏")
    maker.product("青瓷侧把壶", skus=[("POT", 26_800, 50)])
    purposes = [each.purpose for each in starters("zh")]
    links = len([each for each in purposes if each is not Purpose.PRODUCT]) + 1
    assert demo(work, [str(lin.id)])["shared"] == demo(work, [str(lin.id)])["shared"] == links

    arrivals = SharedLinks()
    with shop.database.write() as session:
        for number in range(20):
            arrivals.newcomer(session, lin.id, f"phone-{number}")
    outbox.drain()
    with shop.database.read() as session:
        today = local_date(now(), "Asia/Shanghai")
        month = by_template(session, today - timedelta(days=30), today)
    assert len(month) == links
    assert all(each.shown_count for each in month.values())
    assert sum(each.scanner_count for each in month.values()) >= 3
