"""``banyan plugin``: looking at a plugin, its update, its rights and its health."""

import shutil
import sys

import pytest
from click.testing import CliRunner

from core.cli import banyan
from core.host.migrations import head_of
from core.kernel.errors import NotFound, Rejected
from core.staff.services import ensure_builtin_roles
from tests.integration.host.breakages import plugin
from tests.integration.host.conftest import PLUGINS

RIGHTS = """
@hookimpl
def register_permissions():
    return [Permission("cli_grows.see", "See what grew")]
"""
FIRST = """
'''Room for notes.'''
import sqlalchemy as sa
from alembic import op
revision = "cli_grows_1"
down_revision = None
def upgrade():
    op.create_table("plugin_cli_grows_note", sa.Column("id", sa.Integer(), primary_key=True))
def downgrade():
    op.drop_table("plugin_cli_grows_note")
"""


@pytest.fixture
def plugin_dirs(tmp_path):
    folder = tmp_path / "plugins"
    for name in ("has_settings", "needs_settings"):
        shutil.copytree(PLUGINS / name, folder / name)
    toml = 'permissions = ["cli_grows.see"]\n'
    plugin("cli_grows", RIGHTS, toml=toml, migrations__0001=FIRST)(folder)
    return (folder,)


def test_an_upgrade_shows_its_plan_and_runs_nothing(command):
    plan = command("plugin", "upgrade", "cli_grows", "--plan")
    (step,) = plan["steps"]
    assert (step["revision"], step["says"]) == ("cli_grows_1", "Room for notes.")
    assert step["tables"] == ["plugin_cli_grows_note"]
    assert "CREATE TABLE plugin_cli_grows_note" in step["sql"]
    assert command("plugin", "show", "cli_grows")["standing"] == "available"
    command("plugin", "install", "cli_grows")
    assert command("plugin", "upgrade", "cli_grows", "--plan")["steps"] == []
    assert "nothing to do" in command("plugin", "upgrade", "cli_grows", "--plan", text=True)


def test_show_tells_what_a_plugin_is_needs_and_does(command):
    command("plugin", "install", "has_settings")
    about = command("plugin", "show", "needs_settings")
    (need,) = about["requires"]
    assert (need["name"], need["standing"], need["is_met"]) == ("has_settings", "disabled", False)
    assert {"kind": "check", "what": "check_bind_referral", "key": ""} in about["uses"]
    assert command("plugin", "show", "has_settings")["needed_by"] == ["needs_settings"]
    assert "check_bind_referral" in command("plugin", "show", "needs_settings", text=True)


def test_show_never_tells_a_secret(command, shop):
    command("plugin", "install", "has_settings")
    shop.plugins.save_settings("has_settings", {"token": "s3cret", "rate": 7}, "me")
    settings = command("plugin", "show", "has_settings")["settings"]
    assert settings["rate"] == 7
    assert "s3cret" not in str(settings)


def test_rights_are_granted_and_taken_back(command, shop):
    with shop.database.write() as session:
        ensure_builtin_roles(session)
    held = command("plugin", "permissions", "cli_grows", "--grant", "clerk")["permissions"]
    assert held == [{"key": "cli_grows.see", "label": "See what grew", "roles": ["clerk", "owner"]}]
    held = command("plugin", "permissions", "cli_grows", "--revoke", "clerk")["permissions"]
    assert held[0]["roles"] == ["owner"]
    with pytest.raises(Rejected, match="owner"):
        command("plugin", "permissions", "cli_grows", "--revoke", "owner")


def test_health_tells_times_and_faults(command, shop):
    command("plugin", "enable", "has_settings")
    with shop.plugins.guard("has_settings", "block:x"):
        raise ValueError("boom")
    shop.plugins.faults.flush()
    told = command("plugin", "health", "has_settings")
    (hook,) = told["hooks"]
    assert (hook["hook"], hook["calls"], hook["faults"]) == ("block:x", 1, 1)
    assert "boom" not in command("plugin", "health", "has_settings", text=True)
    assert "boom" in command("plugin", "health", "has_settings", "--traceback", text=True)


def test_data_are_removed_in_a_second_step_after_the_name_was_typed(command, monkeypatch):
    command("plugin", "install", "cli_grows")
    with pytest.raises(Rejected, match="uninstall it before"):
        command("plugin", "remove-data", "cli_grows", "--yes")
    command("plugin", "uninstall", "cli_grows")
    typed = CliRunner().invoke(banyan, ["plugin", "remove-data", "cli_grows"], input="no\n")
    assert typed.exit_code == 1
    assert command("plugin", "upgrade", "cli_grows", "--plan")["at"] == "cli_grows_1"
    typed = CliRunner().invoke(banyan, ["plugin", "remove-data", "cli_grows"], input="cli_grows\n")
    assert typed.exit_code == 0, (typed.output, sys.exc_info())
    assert command("plugin", "upgrade", "cli_grows", "--plan")["at"] == ""


def test_the_list_says_what_safe_mode_holds(command, monkeypatch):
    def reason() -> str:
        rows = command("plugin", "list")["plugins"]
        return next(row["reason"] for row in rows if row["name"] == "has_settings")

    command("plugin", "enable", "has_settings")
    assert reason() == ""
    monkeypatch.setenv("BANYAN_SAFE_MODE", "1")
    assert reason() == "held by safe mode"


def _reason(command, name: str) -> str:
    return next(
        row["reason"] for row in command("plugin", "list")["plugins"] if row["name"] == name
    )


def test_an_upgrade_with_nothing_to_run_says_so(command):
    command("plugin", "install", "cli_grows")
    told = command("plugin", "upgrade", "cli_grows")
    assert (told["outcome"], told["is_changed"]) == ("nothing to do: it is up to date", False)


def test_the_list_says_that_an_update_waits(command, plugin_dirs):
    command("plugin", "enable", "cli_grows")
    second = FIRST.replace("cli_grows_1", "cli_grows_2").replace("_note", "_more")
    second = second.replace("down_revision = None", 'down_revision = "cli_grows_1"')
    (plugin_dirs[0] / "cli_grows/migrations/0002.py").write_text(second, encoding="utf-8")
    head_of.cache_clear()
    assert "banyan plugin upgrade cli_grows" in _reason(command, "cli_grows")
    assert command("plugin", "upgrade", "cli_grows")["outcome"] == "upgraded"
    assert _reason(command, "cli_grows") == ""


def test_a_plugin_whose_folder_is_gone_is_told_as_such(command, plugin_dirs):
    command("plugin", "install", "cli_grows")
    shutil.move(plugin_dirs[0] / "cli_grows", plugin_dirs[0].parent / "away")
    assert "gone" in _reason(command, "cli_grows")
    for act in (["show"], ["remove-data", "--yes"], ["upgrade"], ["uninstall", "--remove-data"]):
        with pytest.raises(NotFound, match="bring it back"):
            command("plugin", act[0], "cli_grows", *act[1:])
    command("plugin", "uninstall", "cli_grows")
    with pytest.raises(NotFound, match="bring it back"):
        command("plugin", "remove-data", "cli_grows", "--yes")
    with pytest.raises(NotFound, match="There is no plugin"):
        command("plugin", "remove-data", "cli_shrinks", "--yes")
    shutil.move(plugin_dirs[0].parent / "away", plugin_dirs[0] / "cli_grows")
    assert command("plugin", "remove-data", "cli_grows", "--yes")["outcome"] == "data removed"
