"""Getting queued messages out: claimed in one transaction, sent in none, marked in another."""

import logging
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.engine import Database
from core.db.statements import changed
from core.kernel.clock import now
from core.kernel.errors import UpstreamError
from core.kernel.values import dataclass
from core.messages.models import Message
from core.messages.rules.retries import LEASE, next_try
from core.messages.types import Channel

_log = logging.getLogger("banyan.messages")
_BLOTTED = "••••••"


@dataclass(frozen=True)
class _Claimed:
    id: UUID
    key: str
    kind: str
    recipient: str
    body: str
    tries: int
    is_secret: bool


def deliver_due(database: Database, channels: Sequence[Channel], *, limit: int = 20) -> int:
    """Send what is due; a job calls it every few seconds. Safe in several processes at once.

    Args:
        database: the store's; units of work are opened here, none while a channel is called.
        channels: in order of preference; the first of the right kind sends.
        limit: messages taken in one go.

    Returns:
        How many messages were sent.
    """
    with database.write() as session:
        claimed = _claim(session, limit=limit)
    return sum(_send_one(database, channels, message) for message in claimed)


def deliver(database: Database, channels: Sequence[Channel], message_id: UUID) -> bool:
    """Send one message now, without waiting for the job: codes should arrive at once.

    Returns:
        Whether it was sent; ``False`` when it failed (it stays queued) or another process has it.
    """
    with database.write() as session:
        claimed = _claim(session, message_id=message_id)
    return bool(claimed) and _send_one(database, channels, claimed[0])


def _claim(
    session: Session, *, limit: int = 1, message_id: UUID | None = None
) -> Sequence[_Claimed]:
    at = now()
    due = sa.select(
        Message.id,
        Message.key,
        Message.kind,
        Message.recipient,
        Message.body,
        (Message.tries + 1).label("tries"),
        Message.is_secret,
    ).where(Message.state == "queued", Message.next_try_at <= at)
    if message_id is not None:
        due = due.where(Message.id == message_id)
    rows = session.execute(
        due.order_by(Message.next_try_at).limit(limit).with_for_update(skip_locked=True)
    ).all()
    if rows:
        changed(
            session,
            sa.update(Message)
            .where(Message.id.in_([row.id for row in rows]))
            .values(tries=Message.tries + 1, next_try_at=at + LEASE),
        )
    return [_Claimed(*row) for row in rows]


def _send_one(database: Database, channels: Sequence[Channel], message: _Claimed) -> bool:
    channel = next((c for c in channels if c.kind == message.kind), None)
    try:
        if channel is None:
            raise UpstreamError(
                "messages.no_channel",
                "There is no channel for %(kind)s messages.",
                permanent=False,
                kind=message.kind,
            )
        channel.send(message.recipient, message.body, message.key)
    except UpstreamError as error:
        _mark_failed(database, message, error)
        return False
    with database.write() as session:
        values = {"state": "sent", "channel": channel.key, "sent_at": now(), "failure": ""}
        if message.is_secret and not channel.key.startswith("sandbox_"):
            values["body"] = _BLOTTED
        _mark(session, message.id, values)
    return True


def _mark_failed(database: Database, message: _Claimed, error: UpstreamError) -> None:
    again = None if error.permanent else next_try(message.tries, now())
    then = "given up" if again is None else "tried again later"
    _log.warning("message %s not sent, %s: %s", message.key, then, error)
    with database.write() as session:
        values: dict[str, object] = {"failure": str(error)[:200]}
        values |= {"state": "failed"} if again is None else {"next_try_at": again}
        if again is None and message.is_secret:
            values["body"] = _BLOTTED
        _mark(session, message.id, values)


def _mark(session: Session, message_id: UUID, values: dict[str, object]) -> None:
    changed(session, sa.update(Message).where(Message.id == message_id).values(**values))
