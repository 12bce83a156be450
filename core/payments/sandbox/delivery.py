"""Sending the sandbox's callbacks, with retries and growing delays.

The worker calls :func:`deliver_callbacks` every second; the cashier calls it right after the
shopper paid. No transaction is open while a shop is called.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from core.db.engine import Database
from core.db.prepared import Prepared, among
from core.kernel import clock
from core.payments.sandbox import services, wire
from core.payments.sandbox.http import http_client
from core.payments.sandbox.models import SandboxCallback, SandboxPayment

Send = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body to an address; the HTTP status. Raises ``OSError`` when nobody answers."""

_CALLBACK: Any = SandboxCallback.__table__
_PAYMENT: Any = SandboxPayment.__table__
_DUE = (
    sa.select(
        _CALLBACK.c.id,
        _PAYMENT.c.notify_url,
        _CALLBACK.c.body,
        _CALLBACK.c.is_forged,
        _CALLBACK.c.tries,
    )
    .join(_PAYMENT, _PAYMENT.c.id == _CALLBACK.c.payment_id)
    .where(_CALLBACK.c.state == "pending", _CALLBACK.c.next_try_at <= sa.bindparam("now"))
    .order_by(_CALLBACK.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True, of=_CALLBACK)
)
_ANY = Prepared(_DUE)
_OF_PAYMENT = Prepared(_DUE.where(_CALLBACK.c.payment_id == sa.bindparam("payment_id")))
_CLAIM = Prepared(
    sa.update(_CALLBACK)
    .where(among(_CALLBACK.c.id, "ids"))
    .values(next_try_at=sa.bindparam("until"), tries=_CALLBACK.c.tries + 1)
)
_MARK = Prepared(
    sa.update(_CALLBACK)
    .where(_CALLBACK.c.id == sa.bindparam("callback_id"))
    .values(
        state=sa.bindparam("new_state"),
        answer=sa.bindparam("new_answer"),
        next_try_at=sa.bindparam("until"),
    )
)
_DELAYS_S = (1, 2, 5, 15, 30, 60, 300, 900, 1800)
_LEASE = timedelta(seconds=30)
_SECONDS = 5.0

_log = logging.getLogger(__name__)


class _Due(NamedTuple):
    """A callback that this process may deliver now."""

    id: UUID
    url: str
    body: dict[str, Any]
    is_forged: bool
    tries: int


def http_send(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Post over HTTP within seconds; redirects are not followed.

    Raises:
        ConnectionError: nobody answered there.
    """
    import httpx

    try:
        return http_client(_SECONDS).post(url, headers=dict(headers), content=body).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error


def deliver_callbacks(
    database: Database,
    key: wire.Key,
    *,
    send: Send = http_send,
    payment_id: UUID | None = None,
    limit: int = 50,
) -> int:
    """Settle delayed and expired payments, then deliver the callbacks that are due.

    A shop has taken a callback when it answers 2xx; anything else is tried again after 1, 2, 5 …
    seconds, nine times, and then given up. Two processes never deliver one callback at once.

    Args:
        database: holds the sandbox's tables.
        key: signs the callbacks.
        send: how to reach the shop.
        payment_id: only this payment's callbacks.
        limit: how many at most.

    Returns:
        How many were taken.
    """
    if payment_id is None and not _has_work(database):
        return 0
    if payment_id is None:
        with database.write() as session:
            services.settle_waiting(session)
    taken = 0
    for due in _claim(database, payment_id, limit):
        taken += _deliver(database, key, send, due)
    return taken


def _has_work(database: Database) -> bool:
    """Whether something is due; asked every second, so it takes no lock."""
    now = clock.now()
    is_due = sa.exists().where(_CALLBACK.c.state == "pending", _CALLBACK.c.next_try_at <= now)
    with database.read() as session:
        return bool(
            session.execute(sa.select(sa.or_(is_due, sa.exists().where(services.ending(now)))))
            .scalars()
            .one()
        )


def _claim(database: Database, payment_id: UUID | None, limit: int) -> list[_Due]:
    """Take due callbacks: others leave them alone until the lease is over."""
    now = clock.now()
    wanted = {"now": now, "most": limit}
    with database.write() as session:
        if payment_id is None:
            rows = _ANY.all(session, wanted)
        else:
            rows = _OF_PAYMENT.all(session, {**wanted, "payment_id": payment_id})
        claimed = [_Due(*row) for row in rows]
        if claimed:
            ids = [each.id for each in claimed]
            _CLAIM.change(session, {"ids": ids, "until": now + _LEASE})
    return claimed


def _deliver(database: Database, key: wire.Key, send: Send, due: _Due) -> bool:
    """Send one callback and keep what came of it; whether the shop took it."""
    body = wire.encode(due.body)
    signer = wire.Key(key.merchant, secrets.token_hex(32)) if due.is_forged else key
    try:
        status = send(due.url, wire.sign(signer, body), body)
        answer = f"HTTP {status}"
    except OSError as error:
        status, answer = 0, str(error)[:200]
    is_taken = 200 <= status < 300
    state, until = "delivered" if is_taken else "pending", clock.now()
    if not is_taken and due.tries >= len(_DELAYS_S):
        state = "given_up"
        _log.warning("callback %s given up: %s", due.id, answer)
    elif not is_taken:
        until += timedelta(seconds=_DELAYS_S[due.tries])
    new = {"new_state": state, "new_answer": answer, "until": until}
    with database.write() as session:
        _MARK.change(session, {"callback_id": due.id, **new})
    return is_taken
