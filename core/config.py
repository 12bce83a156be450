"""What an installation is configured with: environment first, then ``instance/banyan.toml``.

A bad value refuses to start and names itself. Secrets are made at the first start and kept in
``instance/secret.key`` with owner-only rights.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from core.kernel.errors import ConfigError
from core.kernel.values import dataclass

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Config:
    """Typed configuration of one installation.

    Args:
        instance: folder of this installation: SQLite file, uploads, caches, secret.
        database_url: SQLAlchemy URL.
        redis_url: where RQ's server answers; empty: jobs run from the database alone.
        secret_key: signs cookies and tokens, encrypts stored secrets.
        is_sandbox: demo and test installations; sandbox gateway, SMS log and clock are allowed.
        is_safe_mode: start with no plugin taking part.
        plugin_dirs: folders searched for plugins besides the entry points.
        base_url: public address, for links in messages and callbacks; empty: the request's own.
        trusted_proxies: how many proxies in front may set X-Forwarded-* headers.
        use_entry_points: also load plugins that were installed with pip.
        sandbox_url: where the sandbox gateway answers; empty: in this process.
        sandbox_secret: what a program shares with the sandbox gateway; empty: made from the secret.
        smtp_url: mail server, ``smtp://user:password@host:587?from=shop@example.com``; empty: none.
        outbound_hosts: ``host`` or ``host:port`` that plugins may speak to though they are private.
    """

    instance: Path
    database_url: str
    redis_url: str
    secret_key: str
    is_sandbox: bool
    is_safe_mode: bool
    plugin_dirs: tuple[Path, ...]
    base_url: str
    trusted_proxies: int
    use_entry_points: bool = True
    is_debug: bool = False
    smtp_url: str = ""
    sandbox_url: str = ""
    sandbox_secret: str = ""
    outbound_hosts: frozenset[str] = frozenset()

    @property
    def uploads(self) -> Path:
        """Where pictures lie."""
        return self.instance / "uploads"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """The configuration of this process.

    Recognised names, as environment variables or lower-case keys of ``banyan.toml``:
    ``BANYAN_INSTANCE``, ``DATABASE_URL``, ``REDIS_URL``, ``BANYAN_SECRET_KEY``, ``BANYAN_SANDBOX``,
    ``BANYAN_SAFE_MODE``, ``BANYAN_PLUGIN_DIRS``, ``BANYAN_BASE_URL``, ``BANYAN_TRUSTED_PROXIES``,
    ``BANYAN_DEBUG``, ``BANYAN_SANDBOX_URL``, ``BANYAN_SANDBOX_SECRET``, ``BANYAN_SMTP_URL``,
    ``BANYAN_OUTBOUND_HOSTS``.

    Raises:
        ConfigError: a value that cannot be used; the message names it.
    """
    environ = os.environ if environ is None else environ
    instance = Path(environ.get("BANYAN_INSTANCE") or ROOT / "instance").resolve()
    values = {**_file_values(instance), **environ}
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            "config.instance",
            "BANYAN_INSTANCE: the folder %(path)s cannot be made (%(why)s).",
            path=str(instance),
            why=error.strerror or str(error),
        ) from error
    dirs = values.get("BANYAN_PLUGIN_DIRS", "")
    plugin_dirs = tuple(Path(part).resolve() for part in dirs.split(os.pathsep) if part)
    return Config(
        instance=instance,
        database_url=_database_url(values.get("DATABASE_URL", ""), instance),
        redis_url=_redis_url(values.get("REDIS_URL", "")),
        secret_key=values.get("BANYAN_SECRET_KEY") or _stored_secret(instance),
        is_sandbox=_flag(values, "BANYAN_SANDBOX"),
        is_safe_mode=_flag(values, "BANYAN_SAFE_MODE"),
        plugin_dirs=plugin_dirs or (ROOT / "plugins",),
        base_url=values.get("BANYAN_BASE_URL", "").rstrip("/"),
        trusted_proxies=_number(values, "BANYAN_TRUSTED_PROXIES"),
        is_debug=_flag(values, "BANYAN_DEBUG"),
        smtp_url=values.get("BANYAN_SMTP_URL", ""),
        outbound_hosts=frozenset(values.get("BANYAN_OUTBOUND_HOSTS", "").replace(",", " ").split()),
        sandbox_url=_sandbox_url(values.get("BANYAN_SANDBOX_URL", "")),
        sandbox_secret=_sandbox_secret(values.get("BANYAN_SANDBOX_SECRET", "")),
    )


def _file_values(instance: Path) -> dict[str, str]:
    path = instance / "banyan.toml"
    if not path.exists():
        return {}
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            "config.file", "%(path)s cannot be read: %(why)s.", path=str(path), why=str(error)
        ) from error
    return {
        name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in stored.items()
    }


def _database_url(text: str, instance: Path) -> str:
    if not text:
        return f"sqlite:///{instance / 'banyan.sqlite3'}"
    for short in ("postgres://", "postgresql://"):
        if text.startswith(short):
            text = "postgresql+psycopg://" + text.removeprefix(short)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError(
            "config.database", "DATABASE_URL: use a sqlite:/// or postgresql:// address."
        )
    return text


def _redis_url(text: str) -> str:
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError(
            "config.redis", "REDIS_URL: use a redis://, rediss:// or unix:// address."
        )
    return text


def _sandbox_url(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ConfigError(
            "config.sandbox", "BANYAN_SANDBOX_URL: use an http:// or https:// address."
        )
    return text.rstrip("/")


def _sandbox_secret(text: str) -> str:
    if text and len(text) < 16:
        raise ConfigError("config.sandbox", "BANYAN_SANDBOX_SECRET: use at least 16 characters.")
    return text


def _flag(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "").strip().lower()
    if text in {"", "0", "false", "no", "off"}:
        return False
    if text in {"1", "true", "yes", "on"}:
        return True
    raise ConfigError("config.flag", "%(name)s: use 1 or 0, not “%(text)s”.", name=name, text=text)


def _number(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise ConfigError(
            "config.number", "%(name)s: use a whole number, not “%(text)s”.", name=name, text=text
        )
    return int(text)


def _stored_secret(instance: Path) -> str:
    path = instance / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_hex(32)
        file.write(secret + "\n")
    return secret
