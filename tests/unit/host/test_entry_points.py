"""Plugins that were installed with pip, found by their entry point."""

import pytest

from core.host.discovery import find_plugins
from core.host.loading import load_plugin, new_manager


def install(folder, point: str, value: str, **files: str) -> None:
    """Lay out what pip would have installed."""
    info = folder / f"{point}_dist-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {point}-dist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[banyan.plugins]\n{point} = {value}\n")
    package = folder.joinpath(*value.split("."))
    package.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (package / name.replace("__", ".")).write_text(text)


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def found(name: str):
    return {item.key: item for item in find_plugins([], use_entry_points=True)}[name]


def test_a_pip_plugin_is_found_and_loaded(site):
    install(
        site,
        "pip_gift",
        "pip_gift_package",
        plugin__toml='name = "pip_gift"\nversion = "2.0"\n',
        plugin__py="from core.api.hooks import hookimpl\n@hookimpl\ndef order_paid(event): pass\n",
    )
    item = found("pip_gift")
    assert item.problem is None
    assert item.package == "pip_gift_package"
    plugin = load_plugin(item, new_manager())
    assert plugin.quarantine is None
    assert plugin.facts == ("order_paid",)


def test_a_manifest_of_a_pip_plugin_is_read_without_importing_it(site):
    install(
        site,
        "pip_loud",
        "pip_loud_package",
        plugin__toml='name = "pip_loud"\nversion = "2.0"\n',
        plugin__py="raise SystemExit",
    )
    (site / "pip_loud_package" / "__init__.py").write_text("raise SystemExit")
    assert found("pip_loud").manifest.version == "2.0"


def test_an_entry_point_into_nowhere_is_quarantined(site):
    install(site, "pip_lost", "pip_lost_package")
    (site / "pip_lost_package").rmdir()
    assert "is not there" in str(found("pip_lost").problem)
