"""Each plugin of the house is known in the list by an icon of its own."""

import tomllib

from tests.architecture.gates import ROOT


def test_every_plugin_of_the_house_has_an_icon_of_its_own():
    found = {
        path.parent.name: tomllib.loads(path.read_text(encoding="utf-8")).get("icon", "puzzle")
        for path in (ROOT / "plugins").glob("*/plugin.toml")
    }

    assert "puzzle" not in found.values()
    assert len(set(found.values())) == len(found), found
    for icon in found.values():
        assert (ROOT / "core" / "web" / "admin" / "icons" / f"{icon}.svg").is_file()
