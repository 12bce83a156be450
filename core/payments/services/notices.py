"""Callbacks as they came, for the merchant's eyes."""

import json
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.prepared import Prepared
from core.db.statements import changed
from core.kernel import clock
from core.kernel.ids import new_id
from core.kernel.text import squeeze
from core.payments.models import GatewayNotice

_NOTICE: Any = GatewayNotice.__table__
_INSERT = Prepared(
    sa.insert(_NOTICE),
    ["id", "gateway", "payment_no", "is_genuine", "outcome", "body", "at"],
)
_BODY_LIMIT = 4000
_DEPTH_LIMIT = 12
HIDDEN = "****"


def note_notice(
    session: Session,
    *,
    gateway: str,
    payment_no: str,
    is_genuine: bool,
    outcome: str,
    body: Mapping[str, Any],
    payer: str = "",
) -> None:
    """Keep a callback and what was made of it; nothing is judged here.

    Args:
        session: the caller's unit of work.
        gateway: key of the gateway it claims to come from.
        payment_no: the payment it is about, as claimed; cut to 64 characters.
        is_genuine: whether its signature, age and nonce were good.
        outcome: what came of it, such as ``confirmed`` or ``forged``; cut to 32 characters.
        body: its content; one larger than 4,000 characters is kept as its beginning.
        payer: the account that paid, which is not kept.
    """
    kept = _storable(body, payer)
    text = json.dumps(kept, ensure_ascii=False)
    _INSERT.many(
        session,
        [
            {
                "id": new_id(),
                "gateway": gateway[:48],
                "payment_no": squeeze(payment_no)[:64],
                "is_genuine": is_genuine,
                "outcome": outcome[:32],
                "body": kept if len(text) <= _BODY_LIMIT else {"cut": text[:_BODY_LIMIT]},
                "at": clock.now(),
            }
        ],
    )


def _storable(value: Any, hidden: str, depth: int = 0) -> Any:
    """A value without what databases refuse in JSON and texts, and without a text that is hidden.

    Strangers may send anything.
    """
    if isinstance(value, Mapping) and depth < _DEPTH_LIMIT:
        return {_text(name): _storable(each, hidden, depth + 1) for name, each in value.items()}
    if isinstance(value, list | tuple) and depth < _DEPTH_LIMIT:
        return [_storable(each, hidden, depth + 1) for each in value]
    if hidden and isinstance(value, str):
        value = value.replace(hidden, HIDDEN)
    if (
        value is None
        or isinstance(value, bool | int)
        or (isinstance(value, float) and isfinite(value))
    ):
        return value
    return _text(value) if isinstance(value, str | float) else f"({type(value).__name__})"


def _text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode().replace("\x00", "")


def prune_notices(session: Session, *, before: datetime) -> int:
    """Forget callbacks older than an instant; how many."""
    return changed(session, sa.delete(_NOTICE).where(_NOTICE.c.at < before))
