"""Values of staff that the faces see; never rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class StaffView:
    """Somebody who works in the store."""

    id: UUID
    email: str
    name: str
    role_id: UUID
    role_key: str
    role_name: str
    permissions: frozenset[str]
    is_active: bool
    locale: str
    created_at: datetime
    last_seen_at: datetime | None

    @property
    def actor(self) -> str:
        """As logs and journals name them."""
        return f"staff:{self.id}"


@dataclass(frozen=True)
class RoleView:
    """A role and how many people hold it. ``name`` of a built-in role is a catalogue entry."""

    id: UUID
    key: str
    name: str
    permissions: frozenset[str]
    is_builtin: bool
    staff_count: int


@dataclass(frozen=True)
class AuditView:
    """A line of the audit log; ``before`` and ``after`` hold the changed fields only."""

    id: UUID
    actor: str
    actor_name: str
    action: str
    object_kind: str
    object_ref: str
    before: dict[str, Any]
    after: dict[str, Any]
    ip: str
    at: datetime
