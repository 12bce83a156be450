"""How the demo's shoppers found the store: by links, codes and posters of members."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.catalog.models import Sku
from core.sharing import services as sharing
from core.sharing.types import ShareView

CHANNELS = {"link": 5, "qr": 2, "poster": 3}
LOOKERS = 3
"""Most people who open a link and do not buy, for each who does."""
_OPENS_AGAIN, _SHARES_ON = 0.7, 0.25


@dataclass
class SharedLinks:
    """Has newcomers open a link to the store, and buyers one to what they buy; others only look.

    Some buyers share on what they bought. Drawn by chance, the same for the same seed.

    Args:
        seed: chance.
    """

    seed: int = 7
    _chance: random.Random = field(init=False)
    _looked: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - drawn to be repeatable

    def newcomer(self, session: Session, referrer_id: UUID, visitor: str) -> None:
        """Somebody opens a link to the store before they register."""
        self._open(session, referrer_id, "store", "", visitor, None)

    def buyer(
        self, session: Session, member_id: UUID, visitor: str, sku_ids: Sequence[UUID]
    ) -> str:
        """Whom a member brought opens a link of theirs to the first thing they are about to buy."""
        referral = sharing.referral_of(session, member_id)
        product_id = session.scalar(sa.select(Sku.product_id).where(Sku.id == sku_ids[0]))
        if referral is not None and self._chance.random() < _OPENS_AGAIN:
            self._open(
                session, referral.referrer_id, "product", str(product_id), visitor, member_id
            )
        if self._chance.random() < _SHARES_ON:
            link = sharing.create_share(session, member_id, "product", str(product_id))
            self._look(session, link.token, "visit")
        return visitor

    def _open(
        self,
        session: Session,
        sharer_id: UUID,
        kind: str,
        target: str,
        visitor: str,
        member_id: UUID | None,
    ) -> None:
        channel = self._chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        link = self._link(session, sharer_id, kind, target, channel)
        how = "visit" if channel == "link" else "scan"
        sharing.record_visit(session, link.token, visitor=visitor, member_id=member_id, kind=how)
        for _ in range(self._chance.randint(0, LOOKERS)):
            self._look(session, link.token, how)

    def _link(
        self, session: Session, sharer_id: UUID, kind: str, target: str, channel: str
    ) -> ShareView:
        """One that the sharer has made for a campaign, if there is any, else one of their own."""
        shared = sharing.shares_of(session, sharer_id, target_kind=kind, targets=[target]).items
        made = [each.share for each in shared if each.share.channel == channel]
        of_campaigns = [share for share in made if share.campaign]
        if of_campaigns:
            return of_campaigns[self._looked % len(of_campaigns)]
        return sharing.create_share(session, sharer_id, kind, target, channel)

    def _look(self, session: Session, token: str, how: str) -> None:
        self._looked += 1
        sharing.record_visit(session, token, visitor=f"looker-{self._looked}", kind=how)
