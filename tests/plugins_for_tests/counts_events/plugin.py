"""Writes down every fact it is told; fails, sleeps or dies when a fact's text says so."""

import os
import signal
import time
from pathlib import Path

from plugins.counts_events.models import Seen
from sqlalchemy.orm import Session

from core.api.contributions import Job, JobContext
from core.api.events import Event, OrderCancelled, ShareVisited
from core.api.hooks import hookimpl


def _note(session: Session, event: Event, detail: str) -> None:
    session.add(Seen(name=event.name, aggregate=event.aggregate_key, detail=detail))
    session.flush()
    _obey(detail)


def _obey(detail: str) -> None:
    if detail == "fail:exit":
        raise SystemExit(f"told to: {detail}")
    if detail.startswith("fail:"):
        raise RuntimeError(f"told to: {detail}")
    if detail.startswith("fail-unless:") and not Path(detail.split(":", 1)[1]).exists():
        raise RuntimeError("not yet")
    if detail.startswith("sleep:"):
        time.sleep(float(detail.split(":")[1]))
    if detail == "die":
        os.kill(os.getpid(), signal.SIGKILL)


@hookimpl
def order_cancelled(session: Session, event: OrderCancelled) -> None:
    _note(session, event, event.reason)


@hookimpl
def share_visited(session: Session, event: ShareVisited) -> None:
    _note(session, event, event.visitor)


@hookimpl
def register_jobs() -> list[Job]:
    return [Job("counts_events.tick", "Count a tick", _tick, every_seconds=1)]


def _tick(context: JobContext) -> None:
    with context.write() as session:
        session.add(Seen(name="tick", aggregate="", detail=str(os.getpid())))
    context.beat(1, 1)
