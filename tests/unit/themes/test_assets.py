from core.themes.assets import Icons, Shelf


def shelf(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_css", ".css").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Shelf("/static/t/x", [tmp_path])


def test_an_address_changes_with_the_content(tmp_path):
    before = shelf(tmp_path, a_css="a{}").url("a.css")
    after = shelf(tmp_path, a_css="b{}").url("a.css")

    assert before != after
    assert before.startswith("/static/t/x/a.")


def test_an_outdated_address_finds_the_present_content(tmp_path):
    one = shelf(tmp_path, a_css="a{}")
    found = one.get("a.0123456789.css")

    assert found is not None
    assert found.body == b"a{}"
    assert one.get("a.css") is None
    assert one.get("b.0123456789.css") is None


def test_references_in_style_sheets_become_lasting_addresses(tmp_path):
    one = shelf(
        tmp_path, a_css='a{background:url("f/b.txt")} i{background:url(data:x)}', f__b_txt="b"
    )
    body = one.get(one.url("a.css").rpartition("/")[2]).body.decode()

    assert f"url({one.url('f/b.txt')})" in body
    assert "url(data:x)" in body


def test_nothing_outside_the_folders_is_served(tmp_path):
    (tmp_path / "secret.txt").write_text("s", encoding="utf-8")
    inner = tmp_path / "assets"
    inner.mkdir()
    one = Shelf("/static/t/x", [inner])

    assert one.find("../secret.txt") is None
    assert one.find("/etc/passwd") is None
    assert one.get("../secret.0123456789.txt") is None


def test_the_first_folder_wins(tmp_path):
    for name in ("custom", "theme"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name, encoding="utf-8")

    assert Shelf("/s", [tmp_path / "custom", tmp_path / "theme"]).text("a.txt") == "custom"


def test_an_icon_is_inlined_without_what_the_sheet_sets(tmp_path):
    (tmp_path / "outline").mkdir()
    svg = '<svg xmlns="http://w" width="24" class="y" viewBox="0 0 24 24"><path d="M0"/></svg>'
    (tmp_path / "outline" / "cup.svg").write_text(f"<!-- x -->{svg}", encoding="utf-8")
    icons = Icons([tmp_path])

    assert (
        str(icons.icon("cup"))
        == '<svg class="ic" aria-hidden="true" viewBox="0 0 24 24"><path d="M0"/></svg>'
    )
    assert "<path" not in icons.icon("../../cup")
