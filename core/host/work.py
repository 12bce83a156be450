"""What a job or a plugin's command works with: units of work, settings, a heartbeat."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.host.shop import Shop
from core.media.keeping import Files
from core.media.services import (
    picture_data,
    picture_views,
    prepare_picture,
    record_picture,
)
from core.media.types import PictureView
from core.outbound import Outbound, Reply
from core.staff.services import audit

BEAT_SECONDS = 1.0

Note = Callable[[int, int | None], None]


def _nobody(done: int, total: int | None) -> None:
    """Nobody watches."""


class Work:
    """The ``JobContext`` of plugins; core's own jobs also use ``shop``.

    Args:
        shop: the process's shop.
        settings: the plugin's settings; empty for core's jobs.
        note: told of heartbeats, at most once a second and never inside a unit of work.
        actor: who runs it, as histories name them.
    """

    def __init__(
        self,
        shop: Shop,
        settings: Mapping[str, Any] | None = None,
        note: Note = _nobody,
        actor: str = "system",
    ) -> None:
        self.shop = shop
        self.actor = actor
        self.settings: Mapping[str, Any] = settings or {}
        self._note = note
        self._units = 0
        self._waiting: tuple[int, int | None] | None = None
        self._beaten_at = float("-inf")

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        self._units += 1
        try:
            with self.shop.database.write() as session:
                yield session
        finally:
            self._units -= 1
            self._pass_on()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only session."""
        with self.shop.database.read() as session:
            yield session

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
        """Write a line of the audit log; see :class:`core.api.contributions.JobContext`."""
        return audit(
            session,
            actor=self.actor,
            actor_name=self.actor,
            action=action,
            object_kind=kind,
            object_ref=str(ref),
            before=before,
            after=after,
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post to an address outside; see ``core.outbound``."""
        return Outbound(self.shop.config.outbound_hosts).post(url, body, headers)

    def files(self, plugin: str) -> Files:
        """A plugin's files below the uploads folder."""
        return Files.of(self.shop.config.uploads, plugin)

    def picture_data(
        self,
        picture: PictureView,
        width: int,
        format: str = "jpg",  # noqa: A002
    ) -> bytes | None:
        """A stored picture's bytes; ``None`` when its file is gone."""
        return picture_data(self.shop.config.uploads, picture, width, format)

    def take_picture(self, name: str, data: bytes, alt: str = "") -> PictureView:
        """Keep a picture, re-encoded: encoded first, then recorded in a unit of work of its own."""
        prepared = prepare_picture(self.shop.config.uploads, name, data, alt)
        with self.write() as session:
            taken = record_picture(session, prepared).id
            return picture_views(session, [taken])[taken]

    def beat(self, done: int, total: int | None = None) -> None:
        """Tell admin that the job lives and how far it is; may be called as often as one likes."""
        self._waiting = (done, total)
        self._pass_on()

    def _pass_on(self) -> None:
        # On SQLite a beat inside a unit of work would wait for the lock that the work itself holds.
        if self._waiting is None or self._units:
            return
        if time.monotonic() - self._beaten_at >= BEAT_SECONDS:
            self._note(*self._waiting)
            self._beaten_at, self._waiting = time.monotonic(), None
