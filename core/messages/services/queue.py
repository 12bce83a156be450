"""Putting messages in the queue, and the log of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed, count_of, insert_or, value_of
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.paging import Page
from core.messages.models import Message
from core.messages.rules.templates import find_template, render
from core.messages.types import Kind, MessageView

_VIEW = (
    Message.id,
    Message.kind,
    Message.channel,
    Message.recipient,
    Message.member_id,
    Message.template,
    Message.body,
    Message.state,
    Message.failure,
    Message.tries,
    Message.created_at,
    Message.sent_at,
)


def send(
    session: Session,
    *,
    key: str,
    channel_kind: Kind,
    recipient: str,
    template: str,
    params: Mapping[str, Any],
    member_id: UUID | None = None,
    locale: str = "zh_Hans_CN",
) -> UUID:
    """Put a message in the queue; nothing leaves before this unit of work is committed.

    Args:
        session: unit of work.
        key: a second message under the same key is not queued.
        channel_kind: ``sms``, ``email`` or ``push``; which channel sends it is decided at delivery.
        recipient: E.164 phone, mailbox, or what a push channel takes.
        template: key of a declared template.
        params: values for its places; JSON.
        member_id: whose message it is, for their log; ``None`` before there is an account.
        locale: language of the text.

    Returns:
        Id of the queued message, or of the one that stands under this key already.
    """
    at, message_id, kind = now(), new_id(), find_template(template)
    queued = changed(
        session,
        insert_or(session, Message)
        .values(
            id=message_id,
            key=key,
            kind=channel_kind,
            channel="",
            recipient=recipient,
            member_id=member_id,
            template=template,
            params={} if kind.is_secret else dict(params),
            body=render(template, channel_kind, locale, params),
            state="queued",
            failure="",
            tries=0,
            next_try_at=at,
            is_secret=kind.is_secret,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["key"]),
    )
    if queued:
        return message_id
    return session.execute(sa.select(Message.id).where(Message.key == key)).scalar_one()


def message_view(session: Session, message_id: UUID) -> MessageView:
    """One line of the log.

    Raises:
        NotFound: no such message.
    """
    row = session.execute(sa.select(*_VIEW).where(Message.id == message_id)).one_or_none()
    if row is None:
        raise NotFound("messages.unknown", "There is no such message.")
    return value_of(MessageView, row)


def list_messages(
    session: Session, *, query: str = "", state: str = "", page: int = 1, per_page: int = 20
) -> Page[MessageView]:
    """The message log, newest first. ``query`` looks in recipient and template."""
    chosen = sa.select(*_VIEW)
    if query:
        chosen = chosen.where(
            Message.recipient.contains(query, autoescape=True)
            | Message.template.contains(query, autoescape=True)
        )
    if state:
        chosen = chosen.where(Message.state == state)
    total = count_of(session, chosen)
    rows = session.execute(
        chosen.order_by(Message.created_at.desc(), Message.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return Page(tuple(value_of(MessageView, row) for row in rows), total, page, per_page)


def messages_of(session: Session, member_id: UUID) -> list[MessageView]:
    """Every message to one member, oldest first."""
    rows = session.execute(
        sa.select(*_VIEW).where(Message.member_id == member_id).order_by(Message.created_at)
    )
    return [value_of(MessageView, row) for row in rows]


def forget_recipient(session: Session, member_id: UUID, contacts: Sequence[str]) -> None:
    """Blank who got messages and what they said, for a member and their phone and mailbox.

    Lines stay in the log with their template and time; what is still queued is not sent.
    """
    theirs = sa.or_(Message.member_id == member_id, Message.recipient.in_(contacts))
    changed(
        session,
        sa.update(Message)
        .where(theirs, Message.state == "queued")
        .values(state="failed", failure="erased"),
    )
    changed(session, sa.update(Message).where(theirs).values(recipient="", body="", params={}))


def requeue(session: Session, message_id: UUID) -> None:
    """Try a failed message again from the start.

    Raises:
        NotFound: no such message, or it did not fail.
    """
    done = changed(
        session,
        sa.update(Message)
        .where(Message.id == message_id, Message.state == "failed")
        .values(state="queued", tries=0, failure="", next_try_at=now()),
    )
    if not done:
        raise NotFound("messages.unknown", "There is no such message.")
