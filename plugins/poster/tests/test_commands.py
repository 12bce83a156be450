"""The demo's templates."""

import pytest

from core.host.work import Work
from plugins.poster.commands import demo
from plugins.poster.services.starters import starters
from plugins.poster.services.template_views import all_templates


@pytest.fixture
def plugins_on():
    return ("poster",)


def test_the_demo_has_every_design_published_once(shop):
    work = Work(shop, {}, actor="demo")
    assert demo(work, []) == {"templates": len(starters("zh")), "fan_tasks": 1}
    assert demo(work, []) == {"templates": 0, "fan_tasks": 0}
    with shop.database.read() as session:
        found = all_templates(session)
    assert {each.name for each in found} == {each.name for each in starters("zh")}
    assert all(each.version == 1 and not each.has_draft for each in found)
    pictures = [each.layout.background_media_id is not None for each in found]
    assert sum(pictures) == sum(each.picture is not None for each in starters("zh"))
