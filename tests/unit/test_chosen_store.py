"""Commands typed beside a running demo reach it, and never a store that nobody asked for."""

import sqlite3
from contextlib import closing

import pytest

from core.cli.chosen_store import turn_to_demo


def make_database(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def instances(tmp_path):
    """A folder as ``make demo`` leaves it."""
    (tmp_path / "demo").mkdir()
    make_database(tmp_path / "demo" / "banyan.sqlite3", "CREATE TABLE product (id)")
    return tmp_path


@pytest.mark.parametrize("command", ["clock", "ledger", "doctor", "import", "x"])
def test_a_command_beside_the_demo_means_the_demo(instances, command):
    environ = {"HOME": "/root"}
    assert turn_to_demo(command, environ, instances) == instances / "demo"
    assert environ["BANYAN_INSTANCE"] == str(instances / "demo")
    assert environ["BANYAN_SANDBOX"] == "1"


@pytest.mark.parametrize("command", ["run", "worker", "db", "replay", "demo"])
def test_a_command_that_may_begin_a_store_never_turns_to_the_demo(instances, command):
    environ: dict[str, str] = {}
    assert turn_to_demo(command, environ, instances) is None
    assert environ == {}


@pytest.mark.parametrize("name", ["BANYAN_INSTANCE", "DATABASE_URL"])
def test_a_store_that_the_environment_names_is_the_one_meant(instances, name):
    assert turn_to_demo("clock", {name: "sqlite:///there.db"}, instances) is None


def test_a_store_of_ones_own_comes_before_the_demo(instances):
    make_database(instances / "banyan.sqlite3", "CREATE TABLE product (id)")
    assert turn_to_demo("clock", {}, instances) is None


def test_a_configuration_of_ones_own_comes_before_the_demo(instances):
    (instances / "banyan.toml").touch()
    assert turn_to_demo("clock", {}, instances) is None


def test_the_empty_file_of_a_command_that_came_too_early_is_no_store(instances):
    make_database(instances / "banyan.sqlite3")
    assert turn_to_demo("clock", {}, instances) == instances / "demo"


def test_without_a_demo_nothing_is_chosen(tmp_path):
    assert turn_to_demo("clock", {}, tmp_path) is None
