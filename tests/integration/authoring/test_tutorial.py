"""The author's pages hold: the tutorial is followed, and the checklist is whole."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.api.testing.contract import PluginContract
from core.authoring.findings import RULES
from core.config import ROOT
from tests.left_out import leave_out
from tools import tutorial

QUALITY = ROOT / "docs" / "plugins" / "quality.md"
LITTLE = """# A page

## One

**`notes/a.txt`**

```text
hello
```

```console
$ cat notes/a.txt
hel…
$ mkdir inner
$ cd inner
$ basename $PWD
inner
```
"""


@pytest.mark.slow
def test_a_new_author_gets_from_an_empty_folder_to_a_plugin_that_shoppers_see(tmp_path):
    for program in ("bash", "curl"):
        if shutil.which(program) is None:
            leave_out(f"{program} not found")
    seen = tutorial.follow(tutorial.PAGE.read_text(encoding="utf-8"), tmp_path)

    assert seen == tutorial.RECORD.read_text(encoding="utf-8"), "python -m tools.tutorial --record"
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        subprocess.run(ruff, cwd=tmp_path / "work" / "banyan-stamp-card", check=True)


def test_files_are_written_and_answers_compared(tmp_path):
    seen = tutorial.follow(LITTLE, tmp_path)

    assert (tmp_path / "notes" / "a.txt").read_text() == "hello\n"
    assert "## One\n\n`notes/a.txt` is written, 1 lines.\n\n```console\n$ cat" in seen
    assert "$ basename $PWD\ninner\n```\n" in seen


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [("hel…", "bye", "What came:\nhello"), ("$ mkdir inner", "$ false", "$ false")],
)
def test_a_page_that_shows_something_else_is_caught(tmp_path, right, wrong, named):
    with pytest.raises(tutorial.Mismatch, match=re.escape(named)):
        tutorial.follow(LITTLE.replace(right, wrong), tmp_path)


def test_nothing_of_this_machine_is_recorded(tmp_path):
    (seen,) = re.findall(r"\$ pwd\n(.*)", tutorial.follow("```console\n$ pwd\n…\n```\n", tmp_path))

    assert seen == "~"


def test_every_block_of_the_tutorial_is_executed():
    page = tutorial.PAGE.read_text(encoding="utf-8")
    found = list(tutorial.steps(page))
    fences = re.findall(r"^```\w+$", page, re.MULTILINE)
    typed = re.findall(r"^\$ ", page, re.MULTILINE)

    assert len([step for step in found if step.command]) == len(typed) > 20
    assert len([step for step in found if step.file]) + page.count("```console\n") == len(fences)


def test_the_checklist_names_every_rule_and_every_test_of_the_contract():
    text = QUALITY.read_text(encoding="utf-8")
    promised = {name for name in vars(PluginContract) if name.startswith("test_")}

    assert set(re.findall(r"\bP\d{3}\b", text)) == set(RULES)
    assert set(re.findall(r"`(test_\w+)`", text)) == promised


def test_the_guide_leads_to_all_of_them():
    guide = (ROOT / "docs" / "plugins" / "README.md").read_text(encoding="utf-8")

    for page in ("tutorial.md", "tutorial.zh.md", "first-run.md", "quality.md"):
        assert f"({page})" in guide, page
        assert Path(ROOT / "docs" / "plugins" / page).exists()
