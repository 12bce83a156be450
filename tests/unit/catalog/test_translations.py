"""Every sentence that these rooms say to people has a Chinese one with the same places."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.catalog.importing.reasons import REASONS, outcome_name
from core.catalog.importing.types import Outcome

CORE = Path(__file__).parents[3] / "core"
ERRORS = {"Rejected", "InvalidInput", "NotFound", "Conflict"}
PLACE = re.compile(r"%\((\w+)\)s")


def sentences_of(room):
    for path in (CORE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS:
                yield from (each.value for each in node.args[1:2] if hasattr(each, "value"))


@pytest.mark.parametrize("room", ["catalog", "stock", "media"])
def test_every_sentence_has_a_chinese_one_with_the_same_places(room):
    with (CORE / room / "translations" / "zh.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    wanted = set(sentences_of(room))
    if room == "catalog":
        wanted |= {*REASONS.values(), *map(outcome_name, Outcome)}
    assert wanted - catalogue.keys() == set()
    for english, chinese in catalogue.items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(chinese)), english
        assert re.search(r"[\u4e00-\u9fff]", chinese), english
