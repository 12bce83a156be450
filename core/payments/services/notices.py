"""Callbacks as they came, for the merchant's eyes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.statements import changed
from core.kernel import clock
from core.kernel.ids import new_id
from core.kernel.text import squeeze
from core.payments.models import GatewayNotice

_NOTICE: Any = GatewayNotice.__table__
_BODY_LIMIT = 4000


def note_notice(
    session: Session,
    *,
    gateway: str,
    payment_no: str,
    is_genuine: bool,
    outcome: str,
    body: Mapping[str, Any],
) -> None:
    """Keep a callback and what was made of it; nothing is judged here.

    Args:
        session: the caller's unit of work.
        gateway: key of the gateway it claims to come from.
        payment_no: the payment it is about, as claimed; cut to 64 characters.
        is_genuine: whether its signature, age and nonce were good.
        outcome: what came of it, such as ``confirmed`` or ``forged``; cut to 32 characters.
        body: its content; one larger than 4,000 characters is kept as its beginning.
    """
    text = _storable(json.dumps(dict(body), ensure_ascii=False, default=str))
    session.execute(
        sa.insert(_NOTICE).values(
            id=new_id(),
            gateway=gateway[:48],
            payment_no=squeeze(payment_no)[:64],
            is_genuine=is_genuine,
            outcome=outcome[:32],
            body=json.loads(text) if len(text) <= _BODY_LIMIT else {"cut": text[:_BODY_LIMIT]},
            at=clock.now(),
        )
    )


def _storable(text: str) -> str:
    """JSON without what databases refuse in texts; strangers may send anything."""
    return text.encode("utf-8", "replace").decode().replace("\\u0000", "")


def prune_notices(session: Session, *, before: datetime) -> int:
    """Forget callbacks older than an instant; how many."""
    return changed(session, sa.delete(_NOTICE).where(_NOTICE.c.at < before))
