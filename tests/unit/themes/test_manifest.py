import pytest

from core.kernel.errors import ConfigError
from core.themes.manifest import read_theme

HEAD = '[theme]\nname = "sample"\nversion = "1.0"\napi = "1"\n'


def write(tmp_path, text):
    folder = tmp_path / "sample"
    folder.mkdir()
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_manifest_tells_parent_sheets_tokens_and_settings(tmp_path):
    text = (
        HEAD.replace('api = "1"', 'api = "1"\nextends = "base"')
        + '[assets]\nstyles = ["a.css"]\n[tokens]\nbrand = { default = "#112233", label = "B" }\n'
        + '[settings]\nshow = { type = "checkbox", default = true, label = "S" }\n'
    )
    theme = read_theme(write(tmp_path, text))

    assert (theme.parent, theme.styles) == ("base", ("a.css",))
    assert theme.tokens["brand"].is_valid("#AABBCC")
    assert theme.settings["show"].default is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml",
        HEAD.replace("sample", "other"),
        HEAD.replace('api = "1"', 'api = "9"'),
        HEAD + '[tokens]\nbrand = { default = "red;}body{display:none" }\n',
        HEAD + '[tokens]\n"Bad Name" = { default = "#112233" }\n',
    ],
)
def test_a_broken_manifest_is_refused_by_name(tmp_path, text):
    with pytest.raises(ConfigError, match="sample"):
        read_theme(write(tmp_path, text))


@pytest.mark.parametrize("value", ["red", "#12", "url(x)", "#112233;}", "1px"])
def test_a_colour_is_a_colour(tmp_path, value):
    text = HEAD + '[tokens]\nbrand = { default = "#112233", label = "B" }\n'

    assert not read_theme(write(tmp_path, text)).tokens["brand"].is_valid(value)
