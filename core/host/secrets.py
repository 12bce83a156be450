"""Secrets in plugins' settings, encrypted with a key derived from the installation's own."""

from base64 import urlsafe_b64encode
from functools import cached_property
from typing import TYPE_CHECKING

from core.kernel.errors import ConfigError

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_PURPOSE = b"banyan plugin settings v1"


class SecretBox:
    """Encrypts and decrypts short texts; what it returns is safe to store.

    Cryptography is read with the first secret: most starts meet none.

    Args:
        secret_key: the installation's secret; another one cannot read what this one wrote.
    """

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def close(self, text: str) -> str:
        """The text, encrypted."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str:
        """The text that was encrypted.

        Raises:
            ConfigError: it was encrypted under another secret key, or damaged.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(stored.encode()).decode()
        except InvalidToken:
            raise ConfigError(
                "config.secret",
                "A stored secret cannot be read: the secret key of this installation has changed. "
                "Restore it, or enter the secrets of the plugins again.",
            ) from None

    @cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(self._secret_key.encode())
        return Fernet(urlsafe_b64encode(key))
