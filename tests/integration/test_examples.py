"""Plays the money stories of docs/examples through the services; the pages say how to read them."""

import re
import tomllib

import pytest

from core.api.money import parse_yuan
from core.config import ROOT
from tests.integration.telling import PEOPLE, Stage, signed_fen

PAGES = sorted(path for path in (ROOT / "docs/examples").glob("*.md") if path.name != "README.md")
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"(\d+) (\w+) at (\S+)")


def stories():
    """Every block of every page, by the page's name, and a number where there are several."""
    for path in PAGES:
        blocks = BLOCK.findall(path.read_text(encoding="utf-8"))
        for number, block in enumerate(blocks, 1):
            name = f"{path.stem}-{number}" if len(blocks) > 1 else path.stem
            yield pytest.param(tomllib.loads(block), id=name)


@pytest.fixture(params=stories())
def story(request):
    return request.param


@pytest.fixture
def plugins_on(story):
    return ("distribution", *story.get("plugins", ()))


def test_a_money_story_comes_true(story, shop, maker, clock, outbox, run_job):
    stage = Stage(shop, maker, clock, outbox, run_job)
    stage.open(story)

    for number, step in enumerate(story["step"], 1):
        getattr(stage, step["act"])(with_lines(step))
        outbox.drain()
        expected = {
            name: {kind: signed_fen(text) for kind, text in step.get(name, {}).items()}
            for name in PEOPLE
        }
        assert stage.accounts() == expected, f"after step {number}, {step['act']}"
    maker.check_books()


def with_lines(step):
    """The step with its lines as (pieces, code, fen)."""
    matches = [LINE.fullmatch(line) for line in step.get("lines", ())]
    lines = [(int(each[1]), each[2], parse_yuan(each[3])) for each in matches]
    return {**step, "lines": lines}


def test_every_page_tells_a_story():
    assert [page.name for page in PAGES if not BLOCK.search(page.read_text("utf-8"))] == []


def test_every_story_is_listed():
    listed = (ROOT / "docs/examples/README.md").read_text(encoding="utf-8")

    assert [page.name for page in PAGES if f"({page.name})" not in listed] == []
