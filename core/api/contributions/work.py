"""Work of a plugin outside requests: jobs on a schedule and commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from core.media.keeping import Files
from core.media.types import PictureView
from core.outbound import Reply


class JobContext(Protocol):
    """What work outside requests gets: units of work, its settings, and a heartbeat.

    ``actor`` is who runs it, as histories name them: ``cli:<user>`` for commands, ``system`` for
    jobs.
    """

    settings: Mapping[str, Any]
    actor: str

    def write(self) -> Any:
        """A unit of work, as ``with context.write() as session``."""

    def read(self) -> Any:
        """A read-only session, as ``with context.read() as session``."""

    def audit(
        self,
        session: Session,
        action: str,
        kind: str,
        ref: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> UUID:
        """Write down what ``actor`` does, in the transaction of the act itself.

        For commands that do what staff does in admin; ``core.api.web.audit`` is for requests.

        Args:
            session: the unit of work of the act.
            action: ``plugin.verb``.
            kind: kind of the thing changed.
            ref: its number or id.
            before: values before.
            after: values after.
        """

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post to an address outside, the house's only way to; outside every unit of work.

        ``https`` and public addresses only, besides the hosts that the installation allows
        (``BANYAN_OUTBOUND_HOSTS``); no redirects, eight seconds, 64 kB of answer.

        Raises:
            UpstreamError: not allowed or refused (permanent), or nobody answered.
        """

    def files(self, plugin: str) -> Files:
        """The files that a plugin made and keeps."""

    def picture_data(
        self,
        picture: PictureView,
        width: int,
        format: str = "jpg",  # noqa: A002
    ) -> bytes | None:
        """A stored picture's bytes; see ``core.api.web.picture_data``."""

    def take_picture(self, name: str, data: bytes, alt: str = "") -> PictureView:
        """Keep a picture, re-encoded, outside of every unit of work; the same one is kept once.

        Raises:
            Rejected: too big, not a picture, moving or broken; the sentence says which.
        """

    def beat(self, done: int, total: int | None = None) -> None:
        """Tell admin that the job lives and how far it is."""


@dataclass(frozen=True)
class Job:
    """Work on a schedule, at least once each tick: it must be able to run twice.

    Give either ``every_seconds`` or ``cron``. One process of all runs a tick; while one runs, the
    next waits. A tick that was missed because no worker ran is made up for once, the newest only;
    times of a cron that passed while the plugin was off are not. A job that raises is tried three
    times a tick and shown in admin; it never pauses the plugin.

    Args:
        key: ``plugin.name``.
        label: catalogue entry.
        run: the work; opens its own units of work, as many as it likes, and calls nobody outside
            from within one.
        every_seconds: the tick's length; ticks start at multiples of it since 1970 (UTC).
        cron: minute, hour, day of month, month, day of week in the store's time zone, such as
            ``0 3 * * *``. A time that a clock change skips runs right after it; one that it repeats
            runs twice.
    """

    key: str
    label: str
    run: Callable[[JobContext], None]
    every_seconds: int = 0
    cron: str = ""


@dataclass(frozen=True)
class Command:
    """A subcommand ``banyan x <plugin> <name>``, there while the plugin takes part.

    Args:
        name: one word, lower case, with hyphens.
        help: one English sentence for ``banyan x``.
        run: gets a :class:`JobContext` and the arguments as typed; a text it returns is printed as
            it is, anything else as JSON. A ``ShopError`` ends the command with its sentence.
    """

    name: str
    help: str
    run: Callable[[JobContext, Sequence[str]], Any]
