from babel.messages.mofile import read_mo

from tests.architecture.gates import ROOT
from tools import messages

FILES = [(package, po) for package in messages.packages() for po in messages.translations(package)]


def test_every_text_is_translated():
    """Run `make messages`, then fill in what is empty."""
    for package, path in FILES:
        catalog = messages.load(path)
        known = {message.id for message in catalog}
        missing = [message.id for message in messages.extract(package) if message.id not in known]

        assert (path.relative_to(ROOT), missing) == (path.relative_to(ROOT), [])
        assert messages.open_entries(catalog) == [], path.relative_to(ROOT)


def test_compiled_files_are_fresh():
    for _, path in FILES:
        with path.with_suffix(".mo").open("rb") as file:
            compiled = {message.id: message.string for message in read_mo(file) if message.id}

        written = {m.id: m.string for m in messages.load(path) if m.id and m.string}
        assert compiled == written, f"run make messages: {path.relative_to(ROOT)}"


def test_gaps_are_seen(tmp_path):
    package = tmp_path / "plugins" / "gift"
    po = package / "translations" / "en" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid "购物车"\nmsgstr ""\n\n#, fuzzy\nmsgid "付款"\nmsgstr "Pay"\n')
    (package / "views.py").write_text("title = _('分享')\n")

    assert list(messages.packages(tmp_path)) == [package]
    assert messages.translations(package) == [po]
    assert messages.open_entries(messages.load(po)) == ["购物车", "付款"]
    assert [message.id for message in messages.extract(package) if message.id] == ["分享"]
