"""The demo opens whatever plugins are found, and leaves alone what the merchant did with them."""

import pytest
import sqlalchemy as sa

from core.demo.store import ACTOR, Filler
from core.host.host import Standing
from core.host.models import PluginState

BROKEN = '''"""Fails."""

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade():
    raise RuntimeError("boom")


def downgrade():
    pass
'''


@pytest.fixture
def plugin_dirs(tmp_path):
    """A plugin that needs one found later, that one, and one whose tables fail."""
    folder = tmp_path / "plugins"
    needs = 'requires = ["z_needed"]'
    for name, more in (("a_needs", needs), ("b_broken", ""), ("z_needed", "")):
        (folder / name).mkdir(parents=True)
        (folder / name / "plugin.toml").write_text(f'name = "{name}"\nversion = "1.0"\n{more}\n')
        (folder / name / "plugin.py").write_text('"""Nothing."""\n')
    (folder / "b_broken" / "migrations").mkdir()
    (folder / "b_broken" / "migrations" / "0001_fails.py").write_text(BROKEN)
    return (folder,)


def test_the_demo_opens_without_a_plugin_that_cannot_be_installed_and_names_it(shop):
    said = []
    Filler(shop, said.append).fill()
    assert shop.plugins.standings() == {
        "a_needs": Standing.DISABLED,
        "b_broken": Standing.AVAILABLE,
        "z_needed": Standing.DISABLED,
    }
    assert [line for line in said if "b_broken" in line and "boom" in line]


def test_plugins_of_an_earlier_start_are_brought_to_the_code_as_the_trunk_is(shop):
    said = []
    Filler(shop, said.append).fill()
    with shop.database.write() as session:
        session.execute(sa.update(PluginState).values(version="0.9"))
    shop.counters.refresh(force=True)
    said.clear()
    Filler(shop, said.append).fill()
    with shop.database.read() as session:
        assert set(session.scalars(sa.select(PluginState.version))) == {"1.0"}
    assert not [line for line in said if "stays off" in line]


def test_what_was_uninstalled_in_the_demo_stays_away_at_the_next_start(shop):
    Filler(shop, lambda _line: None).fill()
    shop.plugins.uninstall("a_needs", ACTOR)
    Filler(shop, lambda _line: None).fill()
    assert shop.plugins.standings()["a_needs"] is Standing.AVAILABLE
