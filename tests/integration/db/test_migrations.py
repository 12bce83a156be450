"""The schema goes up, down and up again on both databases, and a wrong one stops the start."""

import pytest
import sqlalchemy as sa

import core.schema  # noqa: F401 - the models to compare with
from core.config import ROOT
from core.db import migrate, versions
from core.db.engine import make_engine
from core.host import breaker
from core.host.models import PluginState
from core.kernel.clock import now
from core.kernel.errors import ConfigError

PLUGINS = ROOT / "plugins"


@pytest.fixture
def engine(database_url: str):
    """An engine on a migrated database of its own."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def test_the_migrated_database_equals_the_models(engine: sa.Engine) -> None:
    assert migrate.differences(engine) == []


def test_a_column_that_no_model_knows_is_noticed(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE member ADD COLUMN surplus INTEGER")
    assert "surplus" in str(migrate.differences(engine))


def test_the_schema_goes_down_and_up_again(engine: sa.Engine) -> None:
    of_plugins = tuple(f"plugin_{each.parent.name}_" for each in PLUGINS.glob("*/plugin.toml"))
    with engine.begin() as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection, only=lambda name, _metadata: name.startswith(of_plugins))
        metadata.drop_all(
            connection,
            [each for each in metadata.tables.values() if each.name.startswith(of_plugins)],
        )
    migrate.downgrade(engine, "base")
    assert "member" not in sa.inspect(engine).get_table_names()
    migrate.upgrade(engine)
    versions.check_schema(engine)


def test_a_pause_is_told_in_plain_words_by_the_schema_of_before(engine: sa.Engine) -> None:
    reasons = {"new": (breaker.FAILED, {"hook": "check_x", "count": 5, "error": "boom"})}
    reasons["old"] = ("check_y failed 5 times within an hour: 100% sure", {})
    with engine.begin() as connection:
        for name, (message, params) in reasons.items():
            row = {"name": name, "version": "1", "installed_at": now(), "changed_at": now()}
            paused = {"paused_reason": message, "paused_params": params}
            connection.execute(sa.insert(PluginState).values(**row, **paused))
    migrate.downgrade(engine, "0003")
    with engine.connect() as connection:
        told = dict(
            connection.execute(sa.text("SELECT name, paused_reason FROM plugin_state")).all()
        )

    assert told == {"new": "It kept failing or was too slow.", "old": reasons["old"][0]}
    migrate.upgrade(engine)
    with engine.connect() as connection:
        kept = connection.execute(sa.select(PluginState.paused_params)).scalars().all()
    assert kept == [{}, {}]


def test_an_empty_database_says_which_command_makes_its_tables(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    with pytest.raises(ConfigError, match="banyan db upgrade"):
        versions.check_schema(engine)


def test_a_newer_database_is_refused_with_its_version(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="9999"):
        versions.check_schema(engine)
