"""Balances and statements."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core.ledger.types import CNY, StatementRow


def balance(session: Session, owner: str, kind: str, asset: str = CNY) -> int:
    """What an owned account holds; 0 when nothing was ever booked on it. One row by its key."""
    raise NotImplementedError


def locked_balance(session: Session, owner: str, kind: str, asset: str = CNY) -> int:
    """As :func:`balance`, with the account locked until the unit of work ends (PostgreSQL)."""
    raise NotImplementedError


def balances(
    session: Session, owner: str, kinds: Iterable[str] | None = None, *, asset: str = CNY
) -> dict[str, int]:
    """Balances of an owner by account kind; asked-for kinds without an account are 0."""
    raise NotImplementedError


def platform_balance(session: Session, kind: str, asset: str = CNY) -> int:
    """Sum of a platform account's postings; reads all of them."""
    raise NotImplementedError


def statement(
    session: Session,
    owner: str,
    kinds: Sequence[str],
    *,
    limit: int,
    before: UUID | None = None,
    asset: str = CNY,
) -> list[StatementRow]:
    """Newest postings of an owner's accounts, older than the posting ``before``."""
    raise NotImplementedError
