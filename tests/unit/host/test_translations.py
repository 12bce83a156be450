import ast
import re
from pathlib import Path

from babel.messages.pofile import read_po

from core.api.contributions import OrderBulkAction

HOST = Path(__file__).parents[3] / "core" / "host"
RAISERS = {"_bad", "_problem", "_broken", "PluginError", "Rejected", "Conflict", "NotFound"}
PLACES = re.compile(r"%\((\w+)\)s")
RAISERS |= {"InvalidInput", "ConfigError"}


def sentences() -> set[str]:
    found = set()
    for path in HOST.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if name in RAISERS:
                found |= {text for text in texts if " " in str(text)}
            elif name == "CoreJob":
                found.add(texts[1])
    return found


def test_every_sentence_of_the_host_has_its_chinese():
    with (HOST / "translations" / "zh.po").open("rb") as file:
        catalogue = {entry.id: entry for entry in read_po(file) if entry.id}
    assert sentences() - set(catalogue) == set()
    assert OrderBulkAction("a.b", "A", len, "order.edit").done in catalogue
    assert all(entry.string and not entry.fuzzy for entry in catalogue.values())
    for text, entry in catalogue.items():
        assert set(PLACES.findall(text)) == set(PLACES.findall(entry.string)), text
