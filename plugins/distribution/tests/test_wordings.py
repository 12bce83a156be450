"""What people agree to is worded as its version was: other words are another version."""

import hashlib
import re

import pytest
from babel.messages.pofile import read_po

from core.api.clock import now
from core.config import ROOT
from plugins.distribution.models import Acknowledgement
from plugins.distribution.services.distributors import RULES_VERSION
from plugins.distribution.services.programmes import NOTICE_VERSION
from plugins.distribution.tests.plan_pages import Editor

HOME = ROOT / "plugins" / "distribution"
TEXT = re.compile(r"_\('((?:[^'\\\\]|\\\\.)*)'|ngettext\('([^']*)', '([^']*)'")

WORDED = {
    "admin/notice.html": (NOTICE_VERSION, "2026-01", "d9b38cac279ed060"),
    "store/rules_text.html": (RULES_VERSION, "2026-01", "8d4513a12f4e241c"),
}
"""Text → its version now, the version this wording belongs to, and a digest of the wording."""


def first_of(key):
    return key[0] if isinstance(key, tuple) else key


def wording(name):
    """The words of a template in English and Chinese, without what stands around them."""
    with (HOME / "translations" / "zh.po").open("rb") as file:
        chinese = {first_of(each.id): each.string for each in read_po(file)}
    said = []
    for one, single, many in TEXT.findall((HOME / "templates" / name).read_text()):
        text = one or single
        said += [one or f"{single}|{many}", str(chinese.get(text, ""))]
    return said


@pytest.mark.parametrize("name", WORDED)
def test_another_wording_is_another_version(name):
    version, worded_as, digest = WORDED[name]
    said = wording(name)
    assert len(said) > 10
    assert all(said)
    now = hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]
    assert (version, now) == (worded_as, digest), (
        f"{name} says something else than it did as {worded_as}: give it a new version and write "
        f"{now} beside it, so that everybody is asked again"
    )


@pytest.fixture
def owner(make_staff):
    return make_staff(name="店主")


def test_who_confirmed_an_earlier_notice_is_asked_again(shop, owner, sign_in):
    with shop.database.write() as session:
        session.add(
            Acknowledgement(
                subject="depth_3",
                text_version="2025-07",
                actor=f"staff:{owner}",
                actor_name="店主",
                at=now(),
            )
        )
    editor = Editor(shop, sign_in(owner, "staff"))
    editor.settle(depth="3")
    assert 'name="acknowledged"' in editor.get("/publish").text
    assert editor.publish().status_code == 422
    assert editor.publish(acknowledged="y").status_code == 303
    editor.save()
    assert "You have confirmed this notice" in editor.get("/publish").text
