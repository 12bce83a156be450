import subprocess
import tomllib

import pytest

from tests.architecture import gates
from tests.architecture.gates import ROOT

# Files that may be longer than the limit, each with its reason.
LONG_FOR_A_REASON: dict[str, str] = {}


@pytest.fixture
def tree(tmp_path):
    """A scratch repository: `tree({"core/x.py": "…"})` returns its root."""

    def plant(files: dict[str, str]):
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return plant


FAULTS = [
    (gates.vague_names, "core/catalog/utils.py", ""),
    (gates.vague_names, "plugins/gift/helpers/__init__.py", ""),
    (gates.long_files, "core/catalog/services.py", "x = 1\n" * 401),
    (gates.long_functions, "core/web/store.py", "def f():\n" + "    x = 1\n" * 60),
    (gates.machine_traces, "core/config.py", "ROOT = '/wo" + "rk/main'"),
    (gates.machine_traces, "docs/tour.md", "see /ro" + "ot/notes"),
    (gates.machine_traces, "Makefile", "pip install -i https://py" + "pi.example.org/simple"),
    (gates.odd_room_files, "core/catalog/views.py", ""),
    (gates.odd_room_files, "core/catalog/templates/x.html", ""),
    (gates.odd_plugin_files, "plugins/gift/magic.py", ""),
    (gates.odd_plugin_files, "plugins/gift/rules.py", ""),  # lacks its other files
    (gates.undeclared_neighbours, "plugins/gift/services.py", "from plugins.other.api import x\n"),
    (gates.python_in_themes, "themes/plain/theme.py", ""),
    (gates.foreign_tables, "plugins/gift/models.py", "class G:\n    __tablename__ = 'gift'\n"),
    (gates.foreign_tables, "plugins/gift/models.py", "t = sa.Table('gift', m)\n"),
    (gates.unknown_rights, "plugins/gift/templates/gift.html", "{% if may('gift.see') %}"),
    (
        gates.eager_buttons,
        "plugins/gift/templates/x.html",
        '<form><div class="bulk"><input name="note"></form>',
    ),
    (
        gates.eager_buttons,
        "plugins/gift/templates/x.html",
        '<form><button class="danger" value="delete"><button></form>',
    ),
    (gates.unsized_placeholders, "plugins/gift/static/x.css", ".row img{flex:none;width:46px}"),
    (gates.foreign_tables, "plugins/gift/migrations/versions/1.py", "op.create_table('product')\n"),
]


@pytest.mark.parametrize(("gate", "name", "text"), FAULTS)
def test_a_gate_catches_its_fault(tree, gate, name, text):
    assert list(gate(tree({name: text})))


def test_gates_let_a_plain_tree_pass(tree):
    plain = tree(
        {
            "core/catalog/services.py": "def list_products():\n    return []\n",
            "core/catalog/rules/__init__.py": "",
            "plugins/__init__.py": "",
            "plugins/gift/plugin.py": "",
            "plugins/gift/plugin.toml": "requires = ['other>=1.0']",
            "plugins/gift/services.py": "import plugins.other.api\n",
            "plugins/gift/README.md": "See https://example.org/tmp/a.",
            "plugins/gift/models.py": "class G:\n    __tablename__ = 'plugin_gift_card'\n",
            "plugins/gift/admin.py": "RIGHT = Permission('gift.view', 'See')".replace("'", '"'),
            "plugins/gift/templates/gift.html": "{% if may('gift.view') %}",
            "themes/plain/theme.toml": "",
        }
    )

    for gate in {gate for gate, _, _ in FAULTS}:
        assert list(gate(plain)) == []


def test_no_file_has_a_vague_name():
    assert list(gates.vague_names(ROOT)) == []


def test_no_file_outgrows_a_sitting():
    long = {fault.split(":")[0]: fault for fault in gates.long_files(ROOT)}

    assert {name: long[name] for name in long if name not in LONG_FOR_A_REASON} == {}
    assert [name for name in LONG_FOR_A_REASON if name not in long] == [], "excuse no longer needed"


def test_no_function_outgrows_a_screen():
    assert list(gates.long_functions(ROOT)) == []


def test_no_trace_of_a_machine_or_registry():
    assert list(gates.machine_traces(ROOT)) == []


def test_rooms_have_the_same_anatomy():
    assert list(gates.odd_room_files(ROOT)) == []


def test_plugins_have_the_same_anatomy():
    assert list(gates.odd_plugin_files(ROOT)) == []


def test_plugins_use_only_the_neighbours_they_require():
    assert list(gates.undeclared_neighbours(ROOT)) == []


def test_themes_hold_no_python():
    assert list(gates.python_in_themes(ROOT)) == []


def test_plugin_tables_carry_the_plugins_name():
    assert list(gates.foreign_tables(ROOT)) == []


def test_templates_ask_for_rights_that_exist():
    assert list(gates.unknown_rights(ROOT)) == []


def test_enter_in_a_box_gives_none_of_several_answers():
    assert list(gates.eager_buttons(ROOT)) == []


def test_goods_without_a_picture_keep_their_row():
    assert list(gates.unsized_placeholders(ROOT)) == []


def test_the_lock_file_names_no_address():
    assert list(gates.lock_addresses((ROOT / "requirements.lock").read_text())) == []


@pytest.mark.parametrize(
    "line",
    ["--index-url https://example.org/simple", "-i x", "-f wheels", "a @ file://a.whl"],
)
def test_an_address_in_the_lock_file_is_seen(line):
    assert list(gates.lock_addresses(f"flask==3.1.3 \\\n    --hash=sha256:00\n{line}\n"))


def test_every_requirement_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    required = [*project["dependencies"], *(name for extra in extras for name in extra)]

    assert list(gates.unlocked(required, (ROOT / "requirements.lock").read_text())) == []
    assert list(gates.unlocked(["Not_Locked[x]>=1"], "flask==3.1.3")) == ["not-locked"]
