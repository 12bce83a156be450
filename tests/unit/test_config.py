"""Figures in the configuration are taken as they are meant, or refused by name."""

import pytest

from core.config import load_config
from core.kernel.errors import ConfigError


@pytest.mark.parametrize("text", ["²", "٣", "-1", "1.5", "two", "9" * 5000])
def test_a_figure_that_is_no_whole_number_is_refused_by_name(tmp_path, text):
    with pytest.raises(ConfigError, match="BANYAN_TRUSTED_PROXIES"):
        load_config({"BANYAN_INSTANCE": str(tmp_path), "BANYAN_TRUSTED_PROXIES": text})


@pytest.mark.parametrize(("text", "number"), [("", 0), (" 2 ", 2)])
def test_a_whole_number_is_taken(tmp_path, text, number):
    environ = {"BANYAN_INSTANCE": str(tmp_path), "BANYAN_TRUSTED_PROXIES": text}
    assert load_config(environ).trusted_proxies == number
