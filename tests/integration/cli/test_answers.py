"""Commands say honestly that there is nothing to do, what is missing, and what there is instead."""

import json
import shutil
import sys

import pytest
from click.testing import CliRunner

from core.cli import banyan
from core.cli import main as run_banyan
from core.cli.reporting import counted
from core.kernel.errors import NotFound, Rejected
from tests.integration.cli.test_plugin_commands import FIRST, RIGHTS
from tests.integration.host.breakages import plugin
from tests.integration.host.conftest import PLUGINS


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    shutil.copytree(PLUGINS / "has_settings", folder / "has_settings")
    toml = 'permissions = ["cli_grows.see"]\n'
    plugin("cli_grows", RIGHTS, toml=toml, migrations__0001=FIRST)(folder)
    return (folder,)


# --- nothing to do -----------------------------------------------------------------------------


def test_a_second_uninstall_says_that_there_is_nothing_to_do(command):
    command("plugin", "install", "cli_grows")
    first = command("plugin", "uninstall", "cli_grows")
    second = command("plugin", "uninstall", "cli_grows")

    assert (first["outcome"], first["is_changed"]) == ("uninstalled", True)
    assert second["outcome"] == "nothing to do: it is not installed"
    assert not second["is_changed"]
    text = command("plugin", "uninstall", "cli_grows", text=True)
    assert text == "cli_grows: nothing to do: it is not installed\n"


def test_a_second_removal_of_data_says_that_there_is_nothing_to_do(command):
    command("plugin", "install", "cli_grows")
    command("plugin", "uninstall", "cli_grows")
    first = command("plugin", "remove-data", "cli_grows", "--yes")
    second = command("plugin", "remove-data", "cli_grows", "--yes")

    assert (first["outcome"], first["is_changed"]) == ("data removed", True)
    assert (second["outcome"], second["is_changed"]) == ("nothing to do: it has no data", False)
    text = command("plugin", "remove-data", "cli_grows", text=True)  # asks nobody for a name
    assert text == "cli_grows: nothing to do: it has no data\n"
    both = command("plugin", "uninstall", "cli_grows", "--remove-data")
    assert both["outcome"] == "nothing to do: it is not installed and has no data"


def test_uninstalling_with_data_takes_what_is_left_of_either(command):
    command("plugin", "install", "cli_grows")
    command("plugin", "uninstall", "cli_grows")
    left = command("plugin", "uninstall", "cli_grows", "--remove-data", "--yes")
    assert left["outcome"] == "data removed"
    command("plugin", "install", "cli_grows")
    both = command("plugin", "uninstall", "cli_grows", "--remove-data", "--yes")
    assert both["outcome"] == "uninstalled, data removed"


def test_settings_that_were_put_aside_are_data(command, shop):
    command("plugin", "install", "has_settings")
    shop.plugins.save_settings("has_settings", {"rate": 7}, "me")
    command("plugin", "uninstall", "has_settings")

    assert command("plugin", "remove-data", "has_settings", "--yes")["is_changed"]
    assert not command("plugin", "remove-data", "has_settings", "--yes")["is_changed"]


@pytest.mark.parametrize("act", [["uninstall"], ["uninstall", "--remove-data"], ["remove-data"]])
def test_a_plugin_that_nobody_knows_is_refused(command, act):
    with pytest.raises(NotFound, match="cli_grow”"):
        command("plugin", *act, "cli_grow", "--yes")


# --- programs are not asked ----------------------------------------------------------------------


@pytest.mark.parametrize("act", [["remove-data"], ["uninstall", "--remove-data"]])
def test_a_program_that_did_not_say_yes_is_refused_and_nothing_is_lost(command, act):
    command("plugin", "install", "cli_grows")
    if act == ["remove-data"]:
        command("plugin", "uninstall", "cli_grows")
    before = command("plugin", "show", "cli_grows")["standing"]
    with pytest.raises(Rejected, match="--yes"):
        command("plugin", *act, "cli_grows")

    assert command("plugin", "show", "cli_grows")["standing"] == before
    assert command("plugin", "upgrade", "cli_grows", "--plan")["at"] == "cli_grows_1"


def test_the_refusal_is_json_for_who_asked_for_json(command, monkeypatch, capsys):
    command("plugin", "install", "cli_grows")
    command("plugin", "uninstall", "cli_grows")
    monkeypatch.setattr(sys, "argv", ["banyan", "plugin", "remove-data", "cli_grows", "--json"])
    with pytest.raises(SystemExit) as ended:
        run_banyan()

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    assert json.loads(said.err)["error"]["code"] == "plugins.unconfirmed"


def test_the_trunk_is_not_taken_back_by_a_program_that_did_not_say_yes(
    command, monkeypatch, tmp_path
):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'without-plugins.db'}")
    command("db", "upgrade")
    before = command("db", "current")
    with pytest.raises(Rejected, match="--yes"):
        command("db", "downgrade", "base")

    assert command("db", "current") == before


def test_a_program_is_not_asked_for_a_password(command):
    with pytest.raises(Rejected, match="--generate"):
        command("staff", "create", "--email", "a@example.com", "--name", "店员")

    person = ("staff", "create", "--email", "a@example.com", "--name", "店员")
    typed = CliRunner().invoke(banyan, person, input="correct horse\ncorrect horse\n")
    assert typed.exit_code == 0, typed.output


# --- what there is -------------------------------------------------------------------------------


def test_a_role_that_nobody_knows_is_answered_by_those_there_are(command):
    with pytest.raises(NotFound) as refusal:
        command("plugin", "permissions", "cli_grows", "--grant", "clark")

    assert "“clark”" in str(refusal.value)
    assert "clerk, finance, manager, owner" in str(refusal.value)


def test_show_says_that_safe_mode_loads_nothing(command, monkeypatch):
    command("plugin", "enable", "cli_grows")
    about = command("plugin", "show", "cli_grows")
    assert (about["reason"], about["is_safe_mode"]) == ("", False)
    assert "safe mode" not in command("plugin", "show", "cli_grows", text=True)
    monkeypatch.setenv("BANYAN_SAFE_MODE", "1")

    about = command("plugin", "show", "cli_grows")
    assert (about["reason"], about["is_safe_mode"]) == ("held by safe mode", True)
    assert "nothing of it is loaded" in command("plugin", "show", "cli_grows", text=True)


def test_one_of_a_kind_is_said_as_one(command):
    assert [counted(n, "error") for n in (0, 1, 2)] == ["0 errors", "1 error", "2 errors"]
    assert counted(2, "delivery", "deliveries") == "2 deliveries"
    assert "0 journals, 0 postings" in command("ledger", "verify", text=True)
