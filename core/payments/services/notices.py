"""Callbacks as they came, for the merchant's eyes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


def note_notice(
    session: Session,
    *,
    gateway: str,
    payment_no: str,
    is_genuine: bool,
    outcome: str,
    body: Mapping[str, Any],
) -> None:
    """Keep a callback and what was made of it. Long values are cut; nothing is judged here."""
    raise NotImplementedError


def prune_notices(session: Session, *, before: datetime) -> int:
    """Forget callbacks older than an instant; how many."""
    raise NotImplementedError
