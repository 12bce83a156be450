from pathlib import Path

import pytest

from core.host.discovery import find_plugins
from core.host.loading import load_plugin, new_manager
from tests.unit.host.plugin_folders import write_plugin


def load(folder: Path):
    manager = new_manager()
    found = find_plugins([folder], use_entry_points=False)
    return {item.key: load_plugin(item, manager) for item in found}


def reason(folder: Path, name: str) -> str:
    return str(load(folder)[name].quarantine)


def test_a_plugin_is_found_with_what_it_registers(tmp_path):
    name = write_plugin(
        tmp_path,
        """
        @hookimpl
        def register_jobs():
            return [Job("NAME.tick", "Tick", print, 60)]

        @hookimpl
        def order_paid(event):
            pass
        """,
    )
    plugin = load(tmp_path)[name]
    assert plugin.quarantine is None
    assert [job.key for job in plugin.contributions.jobs] == [f"{name}.tick"]
    assert plugin.facts == ("order_paid",)


def test_an_object_called_plugin_may_hold_the_hooks(tmp_path):
    name = write_plugin(
        tmp_path,
        """
        class Plugin:
            @hookimpl
            def check_place_order(self, placement):
                raise Rejected("x", "no")

        plugin = Plugin()
        """,
    )
    assert "check_place_order" in load(tmp_path)[name].hooks


def test_a_manifest_is_read_without_importing_the_plugin(tmp_path):
    write_plugin(tmp_path, "raise SystemExit('imported')")
    assert len(find_plugins([tmp_path], use_entry_points=False)) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def broken(:", "SyntaxError"),
        ("import no_such_module_anywhere", "No module named"),
        ("1 / 0", "ZeroDivisionError"),
        ("class Mute(Exception):\n    __str__ = None\nraise Mute", "Mute"),
        ("@hookimpl\ndef register_jobs():\n    raise ValueError('not today')", "not today"),
        ("@hookimpl\ndef order_paied(event): pass", "no hook called “order_paied”"),
        ("@hookimpl\ndef order_paid(event, colour): pass", "colour"),
        ("@hookimpl(wrapper=True)\ndef order_paid(event): yield", "wrapper"),
        ("@hookimpl\ndef register_jobs(): return 7", "must return a list"),
        ("@hookimpl\ndef register_jobs(): return [7]", "must return Job, not int"),
        (
            "@hookimpl\ndef register_jobs(): return [Job('other.x', 'X', print, 9)]",
            "does not start with",
        ),
        (
            "@hookimpl\ndef register_jobs(): return [Job('NAME.x', 'X', print, 9)] * 2",
            "is there twice",
        ),
        (
            "@hookimpl\ndef register_store_pages():\n"
            "    return [StorePage('NAME.p', '/cart', print, 'guest')]",
            "The address “/cart”",
        ),
        (
            "@hookimpl\ndef register_store_pages():\n"
            "    return [StorePage('NAME.p', '/x/NAMEother', print, 'guest')]",
            "The address",
        ),
        (
            "@hookimpl\ndef register_blocks():\n"
            "    return [Block('NAME.b', 'nowhere', 'b.html', print)]",
            "no region",
        ),
        ("@hookimpl\ndef register_order_freezes(): return {'other': print}", "own name"),
        (
            "@hookimpl\ndef register_settings(): return SettingsSchema({}, frozenset({'x'}))",
            "secret",
        ),
    ],
)
def test_a_faulty_plugin_is_quarantined_with_its_reason(tmp_path, code, expected):
    name = write_plugin(tmp_path, "")
    path = tmp_path / name / "plugin.py"
    path.write_text(path.read_text() + code.replace("NAME", name))
    good = write_plugin(tmp_path)
    plugins = load(tmp_path)
    assert expected in str(plugins[name].quarantine)
    assert plugins[name].contributions.jobs == ()
    assert plugins[good].quarantine is None


def test_a_syntax_error_names_file_and_line(tmp_path):
    name = write_plugin(tmp_path, "x = 1\ndef broken(:")
    assert "plugin.py:6" in reason(tmp_path, name)


def test_a_plugin_that_was_quarantined_leaves_no_module_behind(tmp_path):
    import sys

    name = write_plugin(
        tmp_path, "from plugins.NAME import inner\nraise ValueError", inner="value = 1"
    )
    load(tmp_path)
    assert not [module for module in sys.modules if module.startswith(f"plugins.{name}")]


def test_a_model_outside_the_prefix_is_quarantined_and_its_table_forgotten(tmp_path):
    from core.db.base import Base

    name = write_plugin(
        tmp_path,
        """
        from core.api.db import Base, IdColumn
        from sqlalchemy.orm import Mapped

        class WrongHouse(Base):
            __tablename__ = "member_extras"
            id: Mapped[IdColumn]
        """,
    )
    assert "does not start with" in reason(tmp_path, name)
    assert "member_extras" not in Base.metadata.tables


def test_a_model_on_a_table_of_the_trunk_is_quarantined_and_the_table_stays(tmp_path):
    from core.db.base import Base
    from core.orders.models import Order

    name = write_plugin(
        tmp_path,
        """
        from core.api.db import Base

        class Borrowed(Base):
            __table__ = Base.metadata.tables["shop_order"]
        """,
    )
    assert "“shop_order” does not start with" in reason(tmp_path, name)
    assert Base.metadata.tables["shop_order"] is Order.__table__


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("name = ", "cannot be read"),
        ('name = "NAME"', "“version” is missing"),
        ('name = "NAME"\nversion = "soon"', "Invalid version"),
        ('name = "NAME"\nversion = "1"\ncore = ">=99"', "made for core >=99"),
        ('name = "NAME"\nversion = "1"\ncolour = "red"', "nothing is called “colour”"),
        ('name = "NAME"\nversion = "1"\nrequires = "x"', "list of texts"),
        ('name = "other"\nversion = "1"', "says “other”"),
        ('name = "NAME"\nversion = "1"\npackages = ["no-such-thing"]', "which is not installed"),
        ('name = "NAME"\nversion = "1"\npackages = ["flask<1"]', "is installed"),
        ('name = "NAME"\nversion = "1"\npermissions = ["NAME.x"]', "permissions in plugin.toml"),
        ('name = "NAME"\nversion = "1"\nlabel = "x"', "text per language"),
    ],
)
def test_a_bad_manifest_is_quarantined_and_names_what_is_wrong(tmp_path, toml, expected):
    name = write_plugin(tmp_path)
    (tmp_path / name / "plugin.toml").write_text(toml.replace("NAME", name))
    assert expected in reason(tmp_path, name)


def test_a_name_that_is_no_identifier_is_refused(tmp_path):
    write_plugin(tmp_path, name="Bad-Name", toml='name = "Bad-Name"\nversion = "1"')
    assert "is no plugin name" in reason(tmp_path, "Bad-Name")


def test_of_two_plugins_with_one_name_the_first_stays(tmp_path):
    name = write_plugin(tmp_path / "a")
    write_plugin(tmp_path / "b", name=name)
    found = find_plugins([tmp_path / "a", tmp_path / "b"], use_entry_points=False)
    assert [item.problem is None for item in found] == [True, False]
    assert found[0].manifest.folder.parent.name == "a"
    assert "same name" in str(found[1].problem)


def test_a_prefix_that_swallows_anothers_tables_is_refused(tmp_path):
    name = write_plugin(tmp_path)
    write_plugin(tmp_path, name=f"{name}_more")
    plugins = load(tmp_path)
    assert plugins[name].quarantine is None
    assert "could not be told apart" in str(plugins[f"{name}_more"].quarantine)


def test_label_and_description_follow_the_locale(tmp_path):
    name = write_plugin(tmp_path)
    (tmp_path / name / "plugin.toml").write_text(
        f'name = "{name}"\nversion = "1"\n[label]\nzh = "茶"\nen = "Tea"\n'
    )
    manifest = find_plugins([tmp_path], use_entry_points=False)[0].manifest
    assert manifest.label_in("zh_Hans_CN") == "茶"
    assert manifest.label_in("en") == "Tea"
    assert manifest.label_in("fr") == "Tea"
    assert manifest.description_in("en") == ""


def test_a_folder_that_is_not_there_holds_no_plugins(tmp_path):
    assert find_plugins([tmp_path / "none"], use_entry_points=False) == []
