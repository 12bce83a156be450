"""How often something may be tried, counted in the database so that all processes agree."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db.base import Base
from core.db.statements import changed, insert_or
from core.kernel.clock import now
from core.kernel.errors import RateLimited


class RateBucket(Base):
    """How often something was tried in one window."""

    __tablename__ = "rate_bucket"

    key: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)  # window start, unix seconds
    count: Mapped[int] = mapped_column(sa.Integer(), default=0)


def hit(session: Session, key: str, limit: int, window_s: int, *, weight: int = 1) -> int:
    """Count a try; one statement.

    A refused unit of work is rolled back and its count with it, which is right: the window was full
    already. Tries that must count although they fail end in an error that ``keeps_writes``.

    Args:
        session: unit of work.
        key: what is limited, such as ``sign-in:ip:203.0.113.9``; at most 150 characters.
        limit: tries allowed in one window.
        window_s: length of the window in seconds; windows start at multiples of it.
        weight: how many tries this one counts for.

    Returns:
        How many tries are left in this window.

    Raises:
        RateLimited: the window is full; ``params["retry_after"]`` in seconds.
    """
    moment = int(now().timestamp())
    start = moment - moment % window_s
    counted = session.execute(
        insert_or(session, RateBucket)
        .values(key=f"{key}/{window_s}", window=start, count=weight)
        .on_conflict_do_update(
            index_elements=["key", "window"], set_={"count": RateBucket.count + weight}
        )
        .returning(RateBucket.count)
    ).scalar_one()
    if counted > limit:
        raise RateLimited(
            "limits.reached",
            "Too many tries. Please wait %(retry_after)s seconds and try again.",
            retry_after=start + window_s - moment,
        )
    return limit - int(counted)


def forget_hits(session: Session, key: str, window_s: int) -> None:
    """Empty the running window of a key, after a success that clears a row of failures."""
    changed(session, sa.delete(RateBucket).where(RateBucket.key == f"{key}/{window_s}"))


def prune_hits(session: Session, *, older_than_s: int = 86_400 * 2) -> int:
    """Delete windows that began long ago; a job calls it. Returns how many."""
    edge = int(now().timestamp()) - older_than_s
    return changed(session, sa.delete(RateBucket).where(RateBucket.window < edge))
