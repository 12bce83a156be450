"""Whoever changes more than one commission locks them first, in the order of their ids."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.distribution.models import Commission


def lock_commissions(session: Session, *where: Any) -> Sequence[UUID]:
    """Lock the commissions that meet all conditions; their ids. One statement.

    Two who lock in one order never wait for each other in a circle. SQLite's units of work come one
    after the other anyway.
    """
    chosen = sa.select(Commission.id).where(*where).order_by(Commission.id).with_for_update()
    return session.scalars(chosen).all()
