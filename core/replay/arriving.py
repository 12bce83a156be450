"""By which links the customers of a replay come to the store."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from core.sharing import services as sharing


class Arrivals(Protocol):
    """How customers come; told in the unit of work of what they do then."""

    def newcomer(self, session: Session, referrer_id: UUID, visitor: str) -> None:
        """Somebody whom a member brought is about to register in the browser ``visitor``."""

    def buyer(
        self, session: Session, member_id: UUID, visitor: str, sku_ids: Sequence[UUID]
    ) -> str:
        """A member is about to order; says in which browser, ``""`` for in none."""


class StoreLinks:
    """Newcomers open a link to the store; orders come without a browser, so no link counts them."""

    def newcomer(self, session: Session, referrer_id: UUID, visitor: str) -> None:
        """Open the referrer's link to the store."""
        link = sharing.create_share(session, referrer_id, "store", "", "link")
        sharing.record_visit(session, link.token, visitor=visitor, member_id=None)

    def buyer(
        self, _session: Session, _member_id: UUID, _visitor: str, _sku_ids: Sequence[UUID]
    ) -> str:
        """In no browser."""
        return ""
