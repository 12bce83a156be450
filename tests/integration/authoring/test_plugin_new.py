"""``banyan plugin new``: what it makes holds up at once, and what it refuses leaves nothing."""

import json
import os
import pty
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.authoring.checking import check_plugin, place_of
from core.authoring.parts import PARTS
from core.authoring.scaffolding import Wish, make
from core.authoring.source import locate
from core.cli import banyan
from core.config import ROOT
from core.kernel.errors import ShopError

LONGEST = "a_name_of_forty_characters_is_the_longest"[:40]
SETS = [*({part} for part in PARTS), {"block", "price"}, {"table", "job"}, set(PARTS)]


def wish(where, parts=("block",), *, name="probe", is_package=True):
    return Wish(name, "Stamp card", "集章卡", frozenset(parts), is_package, where)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Plugins of every part, on its own and with others, as packages and as folders."""
    top = tmp_path_factory.mktemp("made")
    made = []
    for is_package in (True, False):
        where = top / ("packages" if is_package else "plugins")
        where.mkdir()
        for index, parts in enumerate(SETS):
            each = wish(where, parts, name=f"probe{index}x", is_package=is_package)
            make(each)
            made.append(each)
        longest = wish(where, PARTS, name=LONGEST, is_package=is_package)
        make(replace(longest, label_en="W" * 40, label_zh="集" * 40))
        made.append(longest)
    return top, made


def test_plugin_check_finds_nothing_to_mend(everything):
    _, made = everything
    found = {}
    for each in made:
        (source,) = locate(each.root)
        verdict = check_plugin(source)
        faults = [f"{place_of(f, source.root)} {f.code} {f.sentence}" for f in verdict.findings]
        found[f"{each.package}: {', '.join(sorted(each.parts))}"] = faults
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_ruff_has_nothing_to_say(everything):
    """Packages bring their own rules; folders are held to those of the house."""
    top, _ = everything
    (top / "core").symlink_to(ROOT / "core")
    shutil.copy(ROOT / "pyproject.toml", top)
    for command in (["check"], ["format", "--check"]):
        program = [sys.executable, "-m", "ruff", *command, "--no-cache", "packages", "plugins"]
        done = subprocess.run(program, cwd=top, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_has_nothing_to_say(everything, tmp_path):
    _, made = everything
    roots = [each.root for each in made if each.is_package]
    packages = [word for each in made if each.is_package for word in ("-p", each.package)]
    config = tmp_path / "mypy.ini"
    ignored = "[mypy-wtforms.*]\nignore_missing_imports = true\n"
    config.write_text(f"[mypy]\nstrict = true\n{ignored}")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(config), *packages],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": os.pathsep.join(map(str, roots))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_names_in_the_database_fit_postgresql(everything):
    _, made = everything
    (longest, *_) = [each for each in made if each.name == LONGEST]
    (migration,) = locate(longest.root)[0].migrations
    table = f"plugin_{LONGEST}_paid"
    text = migration.path.read_text(encoding="utf-8")
    names = [word.replace("{TABLE}", table) for word in text.split('"') if "{TABLE}" in word]

    assert len(names) == 3
    assert [name for name in [table, *names] if len(name) > 63] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_package", "parts", "chosen"),
    [(True, PARTS, ""), (False, {"block", "fact"}, "promises or alone or translated")],
    ids=["package", "folder"],
)
def test_its_own_tests_pass(tmp_path, is_package, parts, chosen):
    each = wish(tmp_path, parts, is_package=is_package)
    make(each)
    if is_package:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
        pip += ["--no-build-isolation", "--target", str(tmp_path / "site"), str(each.root)]
        subprocess.run(pip, check=True, timeout=120)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, "."],
        cwd=each.root,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path / "site"), str(ROOT)))},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


# --- the command -------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch):
    """``run("name", "--yes")`` runs the command without a terminal, in an empty folder."""
    monkeypatch.setenv("BANYAN_INSTANCE", str(tmp_path / "instance"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def new(*arguments, expect=0):
        result = CliRunner().invoke(banyan, ["plugin", "new", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == expect, result.output
        return result.output

    return new


def test_without_a_terminal_all_but_the_name_has_a_default(run):
    run("stamp_card")

    (root,) = Path().iterdir()
    toml = (root / "banyan_stamp_card" / "plugin.toml").read_text(encoding="utf-8")
    assert root.name == "banyan-stamp-card"
    assert 'zh = "Stamp card 插件"' in toml
    assert 'en = "Stamp card"' in toml
    assert "NAME" in run(expect=2)


def test_every_answer_can_be_an_option_and_the_outcome_json(run):
    folder = Path("plugins")
    folder.mkdir()
    answers = ["--label-en", "Thanks", "--label-zh", "谢谢", "--parts", "fact, job"]
    made = json.loads(run("thanks", *answers, "--as", "folder", "--where", "plugins", "--json"))

    assert made["root"] == str(folder.resolve() / "thanks")
    assert made["parts"] == ["fact", "job"]
    assert set(made["files"]) == {str(each) for each in Path.cwd().rglob("*") if each.is_file()}
    assert 'zh = "谢谢"' in (folder / "thanks" / "plugin.toml").read_text(encoding="utf-8")


def test_it_names_the_tools_that_a_store_which_only_sells_does_not_have(run, monkeypatch):
    assert "pip install hatchling" not in run("one")
    monkeypatch.setattr("core.cli.plugin_new.find_spec", lambda _name: None)
    assert "python -m pip install hatchling editables pytest\n" in run("two")


def test_what_a_part_needs_comes_along(run):
    made = json.loads(run("one", "--parts", "price", "--json"))

    assert made["parts"] == ["price", "settings"]


def test_at_a_terminal_five_questions_are_asked_until_they_are_answered(tmp_path):
    near, far = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "core.cli", "plugin", "new", "--where", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "BANYAN_INSTANCE": str(tmp_path / "instance")},
        stdin=far,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(near, "Stamps\nstamps\n\n集章\nnothing\nblock,job\nbox\nfolder\n".encode())
    said, _ = asked.communicate(timeout=60)
    os.close(near)
    os.close(far)

    assert asked.returncode == 0, said
    for question, times in (("Name:", 2), ("English", 1), ("Chinese", 1), ("Parts,", 2), ("As", 2)):
        assert said.count(question) == times, said
    assert "“stamps”" in said
    assert (tmp_path / "stamps" / "jobs.py").exists()


REFUSED = [
    (["Stamps"], "“stamps”"),
    (["stamp-card"], "“stamp_card”"),
    (["stamp__card"], "“stamp_card”"),
    (["_stamps"], "“stamps”"),
    (["1st"], "starts with a letter"),
    (["café"], "a to z"),
    (["a" * 41], "40 characters"),
    (["class"], "word of Python"),
    (["core"], "means something else"),
    (["welcome_offer"], "same name"),
    (["welcome"], "could not be told apart"),
    (["stamps", "--label-en", "集章"], "not English"),
    (["stamps", "--label-zh", "Stamps"], "not Chinese"),
    (["stamps", "--label-zh", ""], "1 to 40 characters"),
    (["stamps", "--label-en", "10% off"], "goes without"),
    (["stamps", "--parts", "magic"], "no part “magic”"),
    (["stamps", "--parts", ","], "without parts"),
    (["stamps", "--where", "nowhere"], "No such file"),
]


@pytest.mark.parametrize(("arguments", "why"), REFUSED, ids=[" ".join(a)[:30] for a, _ in REFUSED])
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(run, arguments, why):
    with pytest.raises(ShopError) as refusal:
        run(*arguments)

    assert why in str(refusal.value)
    assert list(Path().iterdir()) == []


def test_a_folder_that_is_there_is_left_as_it_is(run):
    Path("banyan-stamps").mkdir()
    with pytest.raises(ShopError, match="something at"):
        run("stamps")

    assert [str(each) for each in Path().rglob("*")] == ["banyan-stamps"]


def test_a_disk_that_gives_out_half_way_leaves_nothing(run, monkeypatch):
    written = []

    def write_text(path, text, **how):
        written.append(path)
        if len(written) == 5:
            raise OSError(28, "No space left on device")
        path.write_bytes(text.encode())

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(ShopError, match="No space left"):
        run("stamps")

    assert list(Path().iterdir()) == []


def test_the_wheel_carries_the_scaffold():
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(ROOT))
    packed = {each.distribution_path for each in builder.recurse_included_files()}
    scaffold = {
        each.relative_to(ROOT).as_posix()
        for each in (ROOT / "core" / "authoring" / "scaffold").rglob("*.jinja")
    }

    assert len(scaffold) > 15
    assert sorted(scaffold - packed) == []
    assert "core/py.typed" in packed
