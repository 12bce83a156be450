"""``banyan import products`` as people start it."""

import json

import pytest
from click.testing import CliRunner

from core.cli.import_products import import_products


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("BANYAN_INSTANCE", str(tmp_path / "instance"))

    def start(*arguments):
        return CliRunner().invoke(import_products, [str(each) for each in arguments])

    return start


def test_the_command_reports_as_json_and_a_second_run_changes_nothing(run, excerpt):
    first = json.loads(run(excerpt, "--json").stdout)
    assert (first["total"], first["imported"], first["created"]) == (200, 99, 99)
    second = json.loads(run(excerpt, "--json").stdout)
    assert (second["created"], second["unchanged"]) == (0, 99)


def test_the_command_tells_people_the_reasons_and_shows_progress(run, excerpt):
    answer = run(excerpt)
    assert answer.exit_code == 0
    assert "quantity.return" in answer.stdout
    assert "200/200" in answer.stderr


def test_a_preview_writes_nothing(run, excerpt):
    assert "Nothing was written." in run(excerpt, "--preview").stdout
    assert json.loads(run(excerpt, "--json").stdout)["created"] == 99


def test_columns_can_be_chosen_by_hand(run, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("Artikel,Name,EUR\nA1,Tasse,5\n", encoding="utf-8")
    chosen = ("--map", "code=Artikel", "--map", "title=Name", "--map", "price=EUR")
    assert json.loads(run(file, *chosen, "--json").stdout)["created"] == 1
    assert run(file, "--json").exit_code != 0
    assert run(file, "--map", "nonsense").exit_code != 0
