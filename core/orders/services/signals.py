"""What a fraud check may compare of orders, as fingerprints like those of members."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.members.models import AuthSession
from core.members.services.fingerprints import fingerprint, parsed, plain_address
from core.members.services.signals import browser_text, kind_of_fact
from core.members.types import Realm
from core.orders.services.tables import ORDER
from core.orders.types.signals import OrderSignals
from core.payments.models import PaymentAttempt
from core.sharing.models import ShareVisit


def order_signals(session: Session, order_ids: Collection[UUID]) -> dict[UUID, OrderSignals]:
    """Fingerprints of where these orders go, who paid, and their buyers' devices. One statement.

    For comparing with ``member_signals`` only, in the same process; never shown, never stored. An
    order that does not exist is left out. The buyer's own phone and addresses are among
    ``member_signals`` of the buyer.
    """
    if not order_ids:
        return {}
    buyers: dict[UUID, UUID] = {}
    found: dict[UUID, dict[str, set[str]]] = {}
    for order_id, member_id, kind, text in session.execute(_everything(list(set(order_ids)))):
        buyers[order_id] = member_id
        kinds = found.setdefault(order_id, {})
        plain = plain_address(parsed(text)) if kind == "addresses" else text
        if plain:
            kinds.setdefault(kind, set()).add(fingerprint(kind_of_fact(kind), plain))
    return {
        order_id: OrderSignals(
            order_id, buyers[order_id], **{kind: frozenset(each) for kind, each in kinds.items()}
        )
        for order_id, kinds in found.items()
    }


def _everything(order_ids: list[UUID]) -> Any:
    def part(kind: str, text: Any) -> Any:
        return sa.select(
            ORDER.c.id, ORDER.c.member_id, sa.literal(kind), sa.cast(text, sa.Text())
        ).where(ORDER.c.id.in_(order_ids))

    return sa.union_all(
        part("payers", PaymentAttempt.payer)
        .join(PaymentAttempt, PaymentAttempt.order_id == ORDER.c.id)
        .where(PaymentAttempt.payer != ""),
        part("phones", ORDER.c.receiver_phone),
        part("addresses", ORDER.c.address),
        part("devices", ShareVisit.visitor)
        .join(ShareVisit, ShareVisit.member_id == ORDER.c.member_id)
        .distinct(),
        part("browsers", browser_text())
        .join(
            AuthSession,
            sa.and_(
                AuthSession.subject_id == ORDER.c.member_id,
                AuthSession.realm == Realm.MEMBER,
                AuthSession.ip != "",
            ),
        )
        .distinct(),
    )
