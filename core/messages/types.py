"""Values of messages."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from core.kernel.values import dataclass

Kind = Literal["sms", "email", "push"]


class Channel(Protocol):
    """A way to reach people; plugins' ``MessageChannel`` has the same shape."""

    key: str
    label: str
    kind: Kind

    def send(self, recipient: str, body: str, key: str) -> None:
        """Send once. ``key`` lets the far side drop a repeat.

        The body of a mail starts with its subject line, then an empty line.

        Raises:
            UpstreamError: not sent; ``permanent`` tells whether trying again can help.
        """


@dataclass(frozen=True)
class MessageView:
    """A line of the message log."""

    id: UUID
    kind: str
    channel: str
    recipient: str
    member_id: UUID | None
    template: str
    body: str
    state: str
    failure: str
    tries: int
    created_at: datetime
    sent_at: datetime | None
