"""The example plugin keeps what it teaches: one door, two languages, both databases."""

import ast
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa
from babel.messages.pofile import read_po

from core.config import ROOT
from core.host import migrations
from tests.integration.host.example import FOLDER, NAME, lay_out
from tools import messages

PACKAGE = FOLDER / "banyan_by_hand"


@pytest.fixture
def shop_config(shop_config, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.syspath_prepend(str(lay_out(tmp_path / "site")))
    return replace(shop_config, use_entry_points=True)


def test_it_imports_nothing_of_the_core_but_the_api():
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            else:
                continue
            for name in names:
                assert name.split(".")[0] != "plugins", path
                assert not name.startswith("core") or name.startswith("core.api"), (path, name)


def test_every_text_of_it_is_in_chinese():
    with (PACKAGE / "translations" / "zh.po").open("rb") as file:
        known = {entry.id for entry in read_po(file) if entry.id and entry.string}
    texts = {each.text[0] for each in messages.shown(PACKAGE)}

    assert len(texts) > 30
    assert sorted(texts - known) == []


def test_its_tables_go_up_down_and_up_again(shop):
    manifest = shop.plugins.plugins[NAME].manifest
    for _ in range(2):
        migrations.upgrade(shop.database.engine, manifest)
        made = {each for each in sa.inspect(shop.database.engine).get_table_names() if NAME in each}
        assert made >= {f"plugin_{NAME}_{each}" for each in ("product", "gift", "transfer")}
        migrations.remove(shop.database.engine, manifest)
    assert not [each for each in sa.inspect(shop.database.engine).get_table_names() if NAME in each]


@pytest.mark.slow
def test_its_own_tests_pass_as_its_author_runs_them(tmp_path):
    site = lay_out(tmp_path / "site")
    path = os.pathsep.join((str(site), str(FOLDER), str(ROOT)))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=FOLDER,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout
