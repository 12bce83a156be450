"""The story of an order: short entries that core and plugins add under their own name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session


def add_entry(
    session: Session,
    order_id: UUID,
    kind: str,
    message: str,
    *,
    actor: str,
    params: Mapping[str, Any] | None = None,
    source: str = "core",
) -> None:
    """Add an entry; ``message`` is a catalogue entry with ``%(name)s`` places for ``params``."""
    raise NotImplementedError
