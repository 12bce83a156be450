"""The ``banyan`` command, called as people call it."""

import json
import subprocess
import sys
import time
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.cli import banyan
from core.cli.serving import environment_of
from core.config import ROOT
from core.db import versions
from core.kernel.errors import Rejected
from core.ledger.services import PLATFORM, WALLET, Leg, book, member_owner
from tests.integration.worker.facts import cancelled, seen, tell


def banyan_process(config, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core.cli", *arguments],
        cwd=ROOT,
        env=environment_of(config),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_imports_none():
    script = (
        "import sys; from core.cli import banyan\n"
        "try: banyan(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'flask', 'rq', 'redis', 'alembic', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in ("run", "worker", "db", "plugin", "ledger", "doctor", "import", "clock", "staff"):
        assert f"  {name} " in done.stdout


def test_an_unknown_command_is_refused():
    assert CliRunner().invoke(banyan, ["dance"]).exit_code == 2


@pytest.fixture
def empty_config(shop_config, tmp_path):
    from dataclasses import replace

    return replace(shop_config, database_url=f"sqlite:///{tmp_path / 'empty.db'}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("arguments", [["worker"], ["run", "--port", "0"], ["plugin", "list"]])
def test_a_missing_schema_is_named_and_ends_with_1(empty_config, arguments):
    done = banyan_process(empty_config, *arguments)
    assert done.returncode == 1
    assert "banyan db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


NEEDING = [["worker"], ["run", "--port", "0"], ["demo", "--port", "0"], ["db", "upgrade"]]


@pytest.mark.parametrize("arguments", NEEDING)
def test_a_newer_schema_is_named_and_ends_with_1(shop, arguments):
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    done = banyan_process(shop.config, *arguments)
    assert done.returncode == 1
    assert "9999" in done.stderr
    assert "newer" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["silent", "damaged"])
def test_a_database_that_cannot_be_used_is_named(shop_config, tmp_path, kind):
    from dataclasses import replace

    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_text("no database, but long enough to look like a page of one\n" * 100)
    url, words = {
        "silent": ("postgresql+psycopg://nobody@127.0.0.1:1/none", "does not answer"),
        "damaged": (f"sqlite:///{damaged}", "cannot be read: file is not a database"),
    }[kind]
    done = banyan_process(replace(shop_config, database_url=url), "plugin", "list")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failure_is_json_when_json_was_asked_for(empty_config):
    done = banyan_process(empty_config, "plugin", "list", "--json")
    assert json.loads(done.stderr)["error"]["code"] == "schema.missing"


def drop_plugin_tables(shop) -> None:
    inspector = sa.inspect(shop.database.engine)
    plugins = (each.parent.name for each in (ROOT / "plugins").glob("*/plugin.toml"))
    pattern = ("alembic_version_", *(f"plugin_{name}_" for name in plugins))
    with shop.database.write() as session:
        for name, _ in reversed(inspector.get_sorted_table_and_fkc_names()):
            if name is not None and name.startswith(pattern):
                session.execute(sa.text(f"DROP TABLE {name}"))


def test_the_schema_is_not_taken_away_under_plugins(command):
    with pytest.raises(Rejected, match="Plugins still have tables"):
        command("db", "downgrade", "base", "--yes")


def test_the_schema_goes_up_down_and_up_again(command, shop):
    drop_plugin_tables(shop)
    assert command("db", "downgrade", "base", "--yes")["after"] is None
    assert command("db", "upgrade")["after"] == versions.head()
    assert command("db", "current")["pending"] == []
    assert command("db", "check")["core"] == []


def test_a_plugins_whole_life(command):
    assert command("plugin", "enable", "counts_events")["standing"] == "enabled"
    listed = {item["name"]: item for item in command("plugin", "list")["plugins"]}
    assert listed["counts_events"]["standing"] == "enabled"
    assert listed["has_settings"]["standing"] == "available"
    assert command("db", "check")["counts_events"] == []
    command("plugin", "disable", "counts_events")
    command("plugin", "uninstall", "counts_events", "--remove-data", "--yes")
    assert "counts_events" in command("plugin", "list", text=True)


def test_the_clock_moves_in_a_sandbox_only(command, monkeypatch):
    assert command("clock", "advance", "1d12h")["offset_seconds"] == 129_600
    assert command("clock", "advance", "8d")["offset_seconds"] == 129_600 + 691_200
    assert command("clock", "show")["offset_seconds"] == 820_800
    assert command("clock", "reset")["offset_seconds"] == 0
    monkeypatch.setenv("BANYAN_SANDBOX", "0")
    from core.kernel.errors import Forbidden

    with pytest.raises(Forbidden, match="this store is real"):
        command("clock", "advance", "8d")
    assert command("clock", "show")["offset_seconds"] == 0


@pytest.mark.parametrize("text", ["8", "d8", "-8d", "8 days", ""])
def test_a_duration_that_is_none_is_refused(command, text):
    command("clock", "advance", "--", text, expect=2, text=True)


def test_parked_facts_are_listed_replayed_and_given_up(command, shop, outbox):
    from core.host import deliveries
    from tests.integration.worker.test_relay import park

    command("plugin", "enable", "counts_events")
    shop.counters.refresh(force=True)
    tell(shop, cancelled(reason="fail:1"))
    seq = park(shop, outbox)
    (view,) = command("events", "list", "--state", "parked")["deliveries"]
    assert (view["plugin"], view["tries"]) == ("counts_events", deliveries.MAX_TRIES)
    assert command("events", "replay", "counts_events")["replayed"] == 1
    park(shop, outbox)
    command("events", "skip", "counts_events", str(seq), "--reason", "old")
    assert command("events", "list")["deliveries"] == []
    assert seen(shop) == []


def test_jobs_are_listed_and_run(command, shop):
    command("plugin", "enable", "counts_events")
    assert command("jobs", "run", "counts_events.tick")["job"] == "counts_events.tick"
    assert len(seen(shop)) == 1
    keys = {job["key"] for job in command("jobs", "list")["jobs"]}
    assert {"orders.settle", "counts_events.tick"} <= keys
    command("jobs", "run", "nothing", expect=2, text=True)


def test_the_ledger_is_verified(command, make_order):
    make_order(lines=[("A", 2, 9900)])
    found = command("ledger", "verify")
    assert found["is_clean"]
    assert found["journals"] > 0


def test_a_ledger_that_is_wrong_ends_with_1(command, shop):
    with shop.database.write() as session:
        legs = [Leg(member_owner(uuid4()), WALLET, 5), Leg(PLATFORM, "sales", -5)]
        book(session, key="k", kind="gift", reference="r", actor="test", legs=legs)
        session.execute(sa.text("UPDATE ledger_account SET balance = balance + 1"))
    command("ledger", "verify", expect=1)


def test_a_role_that_is_not_there_is_answered_with_those_there_are(shop):
    account = ("--email", "a@example.com", "--name", "甲", "--role", "boss", "--generate")
    done = banyan_process(shop.config, "staff", "create", *account)
    assert done.returncode == 1
    for role in ("boss", "owner", "manager", "clerk", "finance"):
        assert role in done.stderr


def test_staff_are_made_with_a_password_that_signs_in(command, shop):
    from core.staff.services import authenticate

    made = command("staff", "create", "--email", "a@example.com", "--name", "甲", "--generate")
    assert authenticate(shop.database, "a@example.com", made["password"], ip="203.0.113.9")


def test_doctor_explains_every_finding(command, shop):
    command("plugin", "enable", "counts_events")
    found = command("doctor")
    subjects = {finding["subject"] for finding in found["findings"]}
    assert {"program", "database", "schema", "redis", "relay", "events", "plugin"} <= subjects
    for finding in found["findings"]:
        if finding["status"] != "ok":
            assert finding["meaning"] or finding["advice"], finding
    assert "counts_events: enabled" in command("doctor", text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_doctor_ends_with_1_when_the_store_cannot_work(empty_config):
    done = banyan_process(empty_config, "doctor", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "fault"


def test_commands_of_plugins_run_and_their_faults_are_theirs(command):
    command("plugin", "enable", "raises_everywhere")
    assert "raises_everywhere boom" in command("x", text=True)
    from core.kernel.errors import NotFound, PluginError

    with pytest.raises(PluginError, match="raises_everywhere boom"):
        command("x", "raises_everywhere", "boom", text=True)
    with pytest.raises(NotFound):
        command("x", "raises_everywhere", "other", text=True)


def test_routes_name_who_may_use_them(command):
    found = command("routes")["routes"]
    assert all(route["access"] for route in found)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_help_is_quick(shop_config):
    began = time.monotonic()
    banyan_process(shop_config, "--help")
    assert time.monotonic() - began < 5


def test_upgrade_takes_plugins_along(command, shop, monkeypatch):
    command("plugin", "install", "counts_events")
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE plugin_state SET version = '0.9'"))
    (done,) = command("db", "upgrade")["plugins"]
    assert (done["before"], done["after"], done["error"]) == ("0.9", "1.0.0", "")
