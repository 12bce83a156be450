"""A shop with the plugin on, found by its entry point as after ``pip install``."""

from dataclasses import replace

import pytest

pytest_plugins = ["core.api.testing.plugin"]


@pytest.fixture
def plugin_dirs():
    return ()


@pytest.fixture
def plugins_on():
    return ("by_hand",)


@pytest.fixture
def shop_config(shop_config):
    return replace(shop_config, use_entry_points=True)


@pytest.fixture
def account(shop):
    """The store's bank account is set."""
    values = {"account_name": "山屿小店", "account_no": "6222 0001", "bank_name": "山岛银行"}
    shop.plugins.save_settings("by_hand", values, "test")
    return values
