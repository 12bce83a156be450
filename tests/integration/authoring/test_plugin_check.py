"""``banyan plugin check``: what it finds in a plugin that was fine until one thing was spoilt."""

import json

import pytest
from click.testing import CliRunner

from core.authoring.checking import check_plugin
from core.authoring.checks import blocks
from core.authoring.scaffolding import Wish, make
from core.authoring.source import locate
from core.cli import banyan

IMPORTS_PAST_THE_DOOR = [
    'import importlib\n\norders = importlib.import_module("core.orders.services")',
    'from importlib import import_module as bring\n\norders = bring("core.orders.services")',
    'import importlib\n\norders = importlib.import_module(name=".services", package="core.orders")',
    'WHERE = "core.orders.services"\norders = __import__(WHERE)',
    'def late() -> object:\n    return __import__("core.orders.services", fromlist=["x"])',
]
CALLS_THAT_ARE_FINE = [
    'import importlib\n\norders = importlib.import_module("core.api.orders")',
    'import importlib\n\njson = importlib.import_module("json")',
    'def import_module(name: str) -> str:\n    return name\n\n\nx = import_module("core.orders")',
]


@pytest.fixture
def made(tmp_path):
    """A new plugin, as a folder, with a block on product pages."""
    make(Wish("probe", "Probe", "探针", frozenset({"block"}), False, tmp_path))
    return tmp_path / "probe"


def add(folder, name, text):
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def found(folder, **how):
    """Codes and sentences of errors, and of everything."""
    how.setdefault("with_blocks", False)
    (source,) = locate(folder)
    verdict = check_plugin(source, with_migrations=False, **how)
    return [(f.code, f.sentence) for f in verdict.errors], verdict


# --- imports -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", IMPORTS_PAST_THE_DOOR)
def test_an_import_by_a_call_does_not_get_past_the_door(made, code):
    (made / "services.py").write_text(f'"""Services."""\n\n{code}\n')
    errors, _ = found(made)

    assert errors == [("P201", "It imports core.orders.services.")]


@pytest.mark.parametrize("code", CALLS_THAT_ARE_FINE)
def test_a_call_that_imports_by_the_door_or_nothing_is_fine(made, code):
    (made / "services.py").write_text(f'"""Services."""\n\n{code}\n')

    assert found(made)[0] == []


MESSAGE = (
    "from core.api import messages\n\nmessages.declare_template(\n    messages.Template(\n"
    '        "probe.hello",\n        {"zh": messages.Text("你好", "你好，"\n'
    '                               "%(name)s"),'
    ' "en": messages.Text("Hello", "Hello %(name)s")},\n    )\n)\n'
)


def test_messages_hold_every_language_in_the_code_and_nothing_else_does(made):
    (made / "services.py").write_text(f'"""Services."""\n\n{MESSAGE}', encoding="utf-8")
    assert found(made)[0] == []

    add(made, "services.py", 'GREETING = "你好"\n')
    assert found(made)[0] == [("P506", "“你好” is Chinese.")]


LABEL = (
    "\nfrom core.api.contributions import DashboardCard\n\n"
    'CARD = DashboardCard("probe.card", "Orders", lambda *_asked: None)\n'
)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("", ["“Orders” is shown as “订单” and has no Chinese of its own."]),
        ("单子", ["“Orders” is shown as “订单”, not as its own “单子”."]),
        ("订单", []),
    ],
)
def test_a_label_that_takes_the_trunks_chinese_is_a_warning(made, own, said):
    add(made, "plugin.py", LABEL)
    if own:
        add(made, "translations/zh.po", f'\nmsgid "Orders"\nmsgstr "{own}"\n')
    errors, verdict = found(made)

    assert errors == []
    assert [f.sentence for f in verdict.findings if f.code == "P508"] == said


# --- hooks -------------------------------------------------------------------------------------


def test_a_function_called_like_a_hook_without_its_mark_fails_the_check(made):
    add(made, "plugin.py", '\n\ndef order_paid(event: object) -> None:\n    """Lost."""\n')
    errors, verdict = found(made)

    assert errors == [("P303", "“order_paid” has no @hookimpl, so it is never called.")]
    assert "@hookimpl" in verdict.errors[0].fix


def test_a_misspelt_hook_without_its_mark_fails_the_check_and_is_told_the_name(made):
    add(made, "plugin.py", '\n\ndef order_payed(event: object) -> None:\n    """Lost."""\n')
    errors, verdict = found(made)

    assert [code for code, _ in errors] == ["P303"]
    assert "“order_payed” is nearly a hook's name" in errors[0][1]
    assert "“order_paid”" in verdict.errors[0].fix


def test_a_hook_outside_of_plugin_py_fails_the_check(made):
    text = '"""Jobs."""\n\nfrom core.api.hooks import hookimpl\n\n\n@hookimpl\n'
    (made / "jobs.py").write_text(text + 'def order_paid() -> None:\n    """Lost."""\n')
    errors, _ = found(made)

    assert [code for code, _ in errors] == ["P303"]


@pytest.mark.parametrize("name", ["_order_payed", "count_orders", "settings"])
def test_other_functions_of_plugin_py_are_fine(made, name):
    add(made, "plugin.py", f'\n\ndef {name}() -> None:\n    """Help."""\n')

    assert found(made)[0] == []


# --- texts -------------------------------------------------------------------------------------


def test_a_text_on_a_page_that_cannot_be_translated_fails_the_check_like_one_in_the_code(made):
    add(made, "templates/line.html", "<p>Fresh from the garden</p>\n")
    errors, _ = found(made)

    assert errors == [("P507", "“Fresh from the garden” is not translated.")]


@pytest.mark.parametrize(
    "line",
    ["<p>{{ 'WeChat' }}</p>", "<p>{% trans %}Buy one more{% endtrans %}</p>", "<p>¥ 3 %</p>"],
)
def test_what_is_translated_or_no_text_is_fine_on_a_page(made, line):
    add(made, "templates/line.html", f"{line}\n")
    catalogue = '\nmsgid "Buy one more"\nmsgstr "再来一份"\n'
    if "trans" in line:
        add(made, "translations/zh.po", catalogue)

    assert found(made)[0] == []


# --- blocks as they are seen ---------------------------------------------------------------------

HEAVY = "{% for each in range(4000) %}{{ (each * 7919) % 65521 }} {% endfor %}\n"
READ = """

def twice(context: BlockContext) -> Mapping[str, Any]:
    \"""Read two things where one statement is allowed.\"""
    for _ in range(2):
        context.session.execute(sa.text("SELECT 1"))
    return line(context) or {}
"""


def of_blocks(folder):
    errors, verdict = found(folder, with_blocks=True)
    return errors, [f.line for f in verdict.errors], verdict.unseen


def spoil(folder, old, new, name="blocks.py"):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_a_block_renders_is_weighed(made):
    spoil(made, "</p>", HEAVY + "</p>", "templates/line.html")
    ((code, sentence),), (line,), _ = of_blocks(made)

    assert code == "P704"
    assert sentence.startswith("“probe.line” renders ")
    assert "Block(" in (made / "blocks.py").read_text(encoding="utf-8").splitlines()[line - 1]


def test_what_a_block_asks_the_database_is_counted(made):
    spoil(made, "LINE = Block(", f"{READ.strip()}\n\n\nLINE = Block(")
    spoil(made, "context=line", "context=twice")
    spoil(made, "from collections", "import sqlalchemy as sa\nfrom collections")

    assert of_blocks(made)[0] == [("P705", "“probe.line” makes 2 statements; 1 is allowed.")]


def test_a_block_that_raises_is_named_with_what_it_raised(made):
    spoil(made, "</p>", "{{ 1 // 0 }}</p>", "templates/line.html")
    ((code, sentence),), _, _ = of_blocks(made)

    assert code == "P706"
    assert sentence.startswith("“probe.line” cannot be rendered: ZeroDivisionError")


def test_a_plugin_that_cannot_be_loaded_says_why_none_of_its_blocks_is_seen(made):
    add(made, "plugin.py", '\nraise RuntimeError("out of tea")\n')
    ((code, sentence),), _, _ = of_blocks(made)

    assert code == "P706"
    assert "RuntimeError: out of tea" in sentence


def test_a_plugin_that_ends_the_process_is_found_out(made):
    add(made, "plugin.py", "\nimport os\n\nos._exit(3)\n")
    ((code, sentence),), _, _ = of_blocks(made)

    assert (code, "ended with 3" in sentence) == ("P706", True)


def test_a_plugin_that_never_comes_back_is_given_up(made, monkeypatch):
    monkeypatch.setattr(blocks, "PATIENCE_SECONDS", 1)
    add(made, "plugin.py", "\nimport time\n\ntime.sleep(600)\n")
    ((code, sentence),), _, _ = of_blocks(made)

    assert (code, "within 1 seconds" in sentence) == ("P706", True)


def test_a_plugin_that_refuses_every_order_still_shows_its_blocks(made):
    refuse = "@hookimpl\ndef check_place_order() -> None:\n"
    refuse += '    """Nothing is sold."""\n    raise Rejected("probe.shut", "We are closed.")\n'
    add(made, "plugin.py", f"\n\n{refuse}")
    spoil(made, "from core", "from core.api.errors import Rejected\nfrom core", "plugin.py")
    add(made, "translations/zh.po", '\nmsgid "We are closed."\nmsgstr "打烊了。"\n')

    assert of_blocks(made) == ([], [], ())


def test_a_block_that_stays_away_is_told_and_no_fault(made):
    spoil(made, "context=line", "context=lambda _context: None")

    assert of_blocks(made) == ([], [], ("probe.line",))
    answer = check(made)
    assert "not weighed, for it showed nothing: probe.line." in answer.output
    assert answer.exit_code == 0


def test_a_package_that_pip_never_saw_is_rendered_too(tmp_path):
    wish = Wish("probe", "Probe", "探针", frozenset({"block"}), True, tmp_path)
    make(wish)
    (source,) = locate(wish.root)
    verdict = check_plugin(source)

    assert (verdict.findings, verdict.unseen) == ((), ())
    assert not [*tmp_path.rglob("__pycache__")]


# --- the command -------------------------------------------------------------------------------


def check(*arguments):
    return CliRunner().invoke(banyan, ["plugin", "check", *map(str, arguments)])


@pytest.mark.parametrize(
    ("spoilt", "counted"),
    [
        ((), "probe: nothing to mend."),
        (("order_paid",), "probe: 1 error, 0 warnings."),
        (("order_paid", "order_placed"), "probe: 2 errors, 0 warnings."),
    ],
)
def test_what_was_found_is_counted_in_good_english(made, spoilt, counted):
    for name in spoilt:
        add(made, "plugin.py", f'\n\ndef {name}() -> None:\n    """Lost."""\n')
    answer = check(made, "--no-blocks")

    assert answer.output.splitlines()[-1] == counted
    assert answer.exit_code == (1 if spoilt else 0)


def test_one_warning_is_one_and_fails_nothing(made):
    add(made, "translations/zh.po", '\nmsgid "Nowhere said"\nmsgstr "无处可说"\n')
    answer = check(made, "--no-blocks")

    assert answer.output.splitlines()[-1] == "probe: 0 errors, 1 warning."
    assert answer.exit_code == 0
    told = json.loads(check(made, "--no-blocks", "--json").output)["plugins"][0]
    assert (told["errors"], told["warnings"]) == (0, 1)
