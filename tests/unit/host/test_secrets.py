import pytest

from core.host.secrets import SecretBox
from core.kernel.errors import ConfigError


def test_a_secret_comes_back_and_is_never_stored_in_clear():
    box = SecretBox("key of this installation")
    stored = box.close("s3cret")
    assert "s3cret" not in stored
    assert box.open(stored) == "s3cret"


def test_another_installation_cannot_read_it():
    stored = SecretBox("one").close("s3cret")
    with pytest.raises(ConfigError):
        SecretBox("two").open(stored)
