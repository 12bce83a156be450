"""One machine, one command: the web server here, a worker and a Valkey as children.

The children end when this process ends, however it ends. A worker that dies is started again.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING

from core.config import ROOT, Config
from core.embedded.process import EmbeddedError, start_child, stop_child
from core.kernel.errors import ConfigError
from core.kernel.values import dataclass

if TYPE_CHECKING:
    import flask

AGAIN_SECONDS = 2.0
_log = logging.getLogger(__name__)

Announce = Callable[[list[str]], None]


@dataclass(frozen=True)
class Plan:
    """What to start. ``threads``: requests answered at once."""

    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    has_worker: bool = True
    has_valkey: bool = True

    @property
    def url(self) -> str:
        """Where the store is found."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


def serve(config: Config, plan: Plan, announce: Announce) -> None:
    """Run until Ctrl-C or SIGTERM.

    Args:
        config: the installation; with no Redis named, a private Valkey is started.
        plan: what to start.
        announce: told, line by line, what is running, once it is.

    Raises:
        ConfigError: the database is not at this code's schema version, or the port is taken.
    """
    from core.app import create_app

    quiet_logs()
    with ExitStack() as stack:
        lines = [f"Store    {plan.url}", f"Admin    {plan.url}admin/"]
        if plan.has_valkey and not config.redis_url:
            config = stack.enter_context(_valkey(config, lines))
        app = create_app(config)
        server = _bind(app, plan)
        if plan.has_worker:
            stack.enter_context(_worker(config))
            lines.append("Worker   relay and jobs")
        _end_on_signals()
        announce([*lines, "Ctrl-C ends everything."])
        try:
            server.run()  # type: ignore[attr-defined]
        except KeyboardInterrupt:
            pass
        finally:
            server.close()  # type: ignore[attr-defined]


def environment_of(config: Config) -> dict[str, str]:
    """The environment in which a child reads the same configuration."""
    return os.environ | {
        "BANYAN_INSTANCE": str(config.instance),
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "BANYAN_SECRET_KEY": config.secret_key,
        "BANYAN_SANDBOX": str(int(config.is_sandbox)),
        "BANYAN_SAFE_MODE": str(int(config.is_safe_mode)),
        "BANYAN_PLUGIN_DIRS": os.pathsep.join(map(str, config.plugin_dirs)),
        "BANYAN_BASE_URL": config.base_url,
        "BANYAN_TRUSTED_PROXIES": str(config.trusted_proxies),
        "BANYAN_DEBUG": str(int(config.is_debug)),
        "BANYAN_SMTP_URL": config.smtp_url,
        "BANYAN_OUTBOUND_HOSTS": " ".join(sorted(config.outbound_hosts)),
        "BANYAN_SANDBOX_URL": config.sandbox_url,
        "BANYAN_SANDBOX_SECRET": config.sandbox_secret,
    }


def quiet_logs() -> None:
    """Warnings of libraries, news of our own."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def check_port(plan: Plan) -> None:
    """Find out early, before long work, whether the port can be used.

    Raises:
        ConfigError: it cannot.
    """
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind((plan.host, plan.port))
            probe.listen()  # some platforms notice only now
    except socket.gaierror:
        pass  # a name only the server understands, or else it says so
    except OSError as error:
        raise _unusable(plan, error) from error


def _bind(app: "flask.Flask", plan: Plan) -> object:
    from waitress import create_server

    try:
        return create_server(app, host=plan.host, port=plan.port, threads=plan.threads, ident=None)
    except OSError as error:
        raise _unusable(plan, error) from error


def _unusable(plan: Plan, error: OSError) -> ConfigError:
    return ConfigError(
        "run.port",
        "%(host)s:%(port)s cannot be used (%(why)s). Another program may serve there; try --port.",
        host=plan.host,
        port=plan.port,
        why=error.strerror or str(error),
    )


@contextmanager
def _valkey(config: Config, lines: list[str]) -> Iterator[Config]:
    """A private Valkey for the length of the block; without one everything works, slower."""
    from core.embedded.valkey import ValkeyServer

    try:
        server = ValkeyServer(config.instance / "valkey")
    except EmbeddedError as error:
        lines.append(f"Valkey   none ({error}); jobs run from the database alone")
        yield config
        return
    lines.append("Valkey   private, for wake-up calls")
    try:
        yield replace(config, redis_url=server.url)
    finally:
        server.stop()


@contextmanager
def _worker(config: Config) -> Iterator[None]:
    """A worker child for the length of the block, started again when it dies."""
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(config, stopping), name="banyan-keeper")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep_worker(config: Config, stopping: threading.Event) -> None:
    # The kernel ends the child with the thread that started it, so that is this one.
    argv = [sys.executable, "-m", "core.cli", "worker"]
    while not stopping.is_set():
        child = start_child(argv, folder=ROOT, log=None, env=environment_of(config))
        while child.poll() is None and not stopping.wait(0.2):
            pass
        if not stopping.is_set():
            _log.error("the worker ended with %s, starting it again", child.returncode)
            stopping.wait(AGAIN_SECONDS)
        _end(child)


def _end(child: "subprocess.Popen[bytes]") -> None:
    stop_child(child, signal.SIGTERM, seconds=12)


def _end_on_signals() -> None:
    """Let requests that are being answered finish when a supervisor ends this process."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    # A shell that starts this in the background lets it ignore Ctrl-C; `kill -INT` must work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
