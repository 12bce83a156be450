"""Every text that people can read has its Chinese, wherever it is shown."""

from pathlib import Path

import pytest

from tests.architecture.gates import ROOT, tracked_files
from tools import messages

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
TREE = {
    "core/orders/rules.py": 'raise Rejected("a.b", "Order first")\n',
    "core/orders/translations/zh.po": HEAD + '\n# kept\nmsgid "Order first"\nmsgstr "先下单"\n',
    "core/web/store/translations/zh.po": HEAD + '\nmsgid "Cup"\nmsgstr "杯"\n',
    "core/web/store/page.html": "{% do list.append(1) %}{{ _('Cup') }}\n",
    "plugins/gift/views.py": "title = _('Cup')\n",
    "plugins/gift/translations/zh.po": HEAD,
    "themes/plain/theme.toml": '[theme]\nname = "plain"\n[tokens]\nbg = { label = "Cup" }\n',
    "themes/child/theme.toml": '[theme]\nname = "child"\nextends = "plain"\n',
    "themes/plain/translations/zh.po": HEAD + '\nmsgid "Pot"\nmsgstr "壶"\n',
    "themes/child/templates/page.html": "{{ _('Pot') }}",
}
GAPS = [
    ("core/orders/rules.py", 'x = NotFound("a", "Lost order")', "core/orders"),
    ("core/kernel/new.py", 'x = _("Lost order")', "core/web/store"),
    ("core/web/store/page.html", "{% do list.append(1) %}{{ _('Lost order') }}", "core/web/store"),
    ("plugins/gift/deep/views.py", 'flash.say("Lost order")', "plugins/gift"),
    ("plugins/bare/views.py", 'x = _l("Lost order")', "plugins/bare"),
    ("themes/child/templates/page.html", "{{ _('Lost order') }}", "themes/child"),
    ("themes/plain/theme.toml", '[tokens]\nbg = { label = "Lost order" }\n', "themes/plain"),
]


@pytest.fixture
def tree(tmp_path):
    """A small repository: ``tree({"plugins/gift/views.py": "…"})`` returns its root."""

    def plant(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return plant


def lost(root):
    return [
        text.text[0] for house in messages.houses(root) for text in messages.missing(house, root)
    ]


def test_every_text_is_translated():
    """Run `make messages`, then fill in what is empty."""
    for house in messages.houses():
        gaps = [
            f"{gap.file.relative_to(ROOT)}:{gap.line}: {gap.text[0]}"
            for gap in messages.missing(house)
        ]

        assert gaps == [], f"run make messages: {house.relative_to(ROOT)}"


def test_no_entry_is_left_open():
    files = messages.catalogues()

    assert {path.relative_to(ROOT).parts[0] for path in files} == {"core", "plugins", "themes"}
    for path in files:
        assert messages.open_entries(messages.load(path)) == [], path.relative_to(ROOT)


def test_readers_are_addressed_as_friends_everywhere():
    """The house says 你, never 您; messages that go out by SMS keep to it, too."""
    kinds = {".po", ".py", ".html", ".toml", ".md", ".js"}
    polite = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in tracked_files(ROOT)
        if path.suffix in kinds and path != Path(__file__)
        for line in path.read_text(encoding="utf-8").splitlines()
        if "您" in line
    ]

    assert polite == []


def test_a_tree_without_gaps_is_left_as_it_is(tree):
    root = tree(TREE)

    assert lost(root) == []
    assert messages.update(root) == []


@pytest.mark.parametrize(("file", "text", "room"), GAPS)
def test_a_gap_is_found_and_appended_to_the_catalogue_nearest_to_it(tree, file, text, room):
    root = tree(TREE | {file: text})
    path = root / room / "translations" / "zh.po"
    before = path.read_text(encoding="utf-8") if path.exists() else ""

    assert lost(root) == ["Lost order"]
    assert messages.update(root) == [path]
    assert path.read_text(encoding="utf-8").startswith(before)
    assert messages.open_entries(messages.load(path)) == ["Lost order"]
    assert messages.update(root) == []


def test_a_text_of_another_plugin_is_no_translation(tree):
    own = TREE["plugins/gift/translations/zh.po"] + '\nmsgid "Lost order"\nmsgstr "丢单"\n'
    root = tree(
        TREE | {"plugins/gift/translations/zh.po": own, "plugins/bare/a.py": "_('Lost order')"}
    )

    assert lost(root) == ["Lost order"]


def test_plurals_and_places_are_appended_as_such(tree):
    root = tree(
        TREE | {"plugins/gift/views.py": 'ngettext("%(num)s \\"cup\\"", "%(num)s cups", 2)'}
    )
    (path,) = messages.update(root)
    (entry,) = [each for each in messages.load(path) if each.id]

    assert entry.id == ('%(num)s "cup"', "%(num)s cups")
    assert entry.python_format


def test_the_command_line_speaks_english(tree):
    files = ("core/cli/deep/new.py", "plugins/gift/commands.py")
    root = tree(TREE | dict.fromkeys(files, 'raise Rejected("a", "Lost order")'))

    assert lost(root) == []
