"""What a transfer would do, said before anybody does it. Reads only; takes no lock."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core.kernel.clock import now
from core.kernel.errors import NotFound, ShopError
from core.sharing.rules import DEPTH
from core.sharing.services.binding import Check, ask_about_move, no_check
from core.sharing.services.graph import Edge, path_to_root
from core.sharing.services.stewardship import check_circle, check_movable, check_people
from core.sharing.services.teams import team_counts
from core.sharing.types import TransferPreview


def transfer_preview(
    session: Session, member_id: UUID, new_referrer_id: UUID | None, check: Check = no_check
) -> TransferPreview:
    """Who would move, whose chain would change, what the new chain is, and why it may be refused.

    Four statements, whatever the size of the team. :func:`transfer` checks everything again, under
    its lock. Referrals whose protection is over count as ended, as they do there.

    Args:
        session: any session.
        member_id: who would move, with everybody below.
        new_referrer_id: whom to; ``None``: the referral would end.
        check: asks plugins (``check_bind_referral``), a statement each at most.

    Raises:
        NotFound: no such member to move.
    """
    at = now()
    own = _living(path_to_root(session, member_id), at)
    path = _living(path_to_root(session, new_referrer_id), at) if new_referrer_id else []
    refusals = _refused(
        lambda: check_people(session, member_id, new_referrer_id),
        lambda: check_movable(own[0] if own else None, new_referrer_id),
        lambda: check_circle(member_id, new_referrer_id, path),
        lambda: ask_about_move(check, session, member_id, new_referrer_id),
    )
    above = [edge.referrer_id for edge in path]
    after = [new_referrer_id, *above][:DEPTH] if new_referrer_id else []
    return TransferPreview(
        member_id=member_id,
        old_referrer_id=own[0].referrer_id if own else None,
        new_referrer_id=new_referrer_id,
        below=team_counts(session, member_id),
        chain_before=tuple(edge.referrer_id for edge in own[:DEPTH]),
        chain_after=tuple(after),
        refusals=refusals,
    )


def _living(path: list[Edge], at: datetime) -> list[Edge]:
    """The way up as far as referrals are alive."""
    for index, edge in enumerate(path):
        if edge.is_over(at):
            return path[:index]
    return path


def _refused(*checks: Callable[[], object]) -> tuple[ShopError, ...]:
    found: list[ShopError] = []
    for check in checks:
        try:
            check()
        except NotFound:
            raise
        except ShopError as refusal:
            found.append(refusal)
    return tuple(found)
