"""Who follows the shop in a channel, as the channel's plugin tells."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.db.outbox import announce
from core.db.statements import changed, insert_or
from core.kernel.clock import now
from core.kernel.errors import InvalidInput, NotFound
from core.members.events import MemberFollowed, MemberUnfollowed
from core.members.models import Follow, Member
from core.members.types import FollowView, MemberState

CHANNEL_LENGTH = 32


def note_follow(
    session: Session,
    member_id: UUID,
    channel: str,
    is_following: bool,
    *,
    at: datetime | None = None,
) -> bool:
    """Note that a member follows the shop in a channel, or does so no longer; told as a fact.

    Messages of a channel may come twice and out of order: what is known already and what is older
    than it change nothing. Nothing is noted of an erased member. Two calls for one member wait for
    each other.

    Args:
        session: unit of work.
        member_id: who.
        channel: the plugin's name for it, such as ``wechat_account``; at most 32 characters.
        is_following: whether they do from now on.
        at: when it happened, as the channel says; now when missing.

    Returns:
        Whether it was news.

    Raises:
        NotFound: no such member.
        InvalidInput: a channel without a name, or with too long a one.
    """
    if not 0 < len(channel) <= CHANNEL_LENGTH:
        raise InvalidInput("member.follow_channel", "There is no such channel.", field="channel")
    state = session.execute(
        sa.select(Member.state).where(Member.id == member_id).with_for_update(key_share=True)
    ).scalar()
    if state is None:
        raise NotFound("member.unknown", "There is no such member.")
    if state == MemberState.ERASED:
        return False
    at = at or now()
    statement = insert_or(session, Follow).values(
        member_id=member_id, channel=channel, is_following=is_following, changed_at=at
    )
    said = statement.excluded
    is_news = changed(
        session,
        statement.on_conflict_do_update(
            index_elements=[Follow.member_id, Follow.channel],
            set_={"is_following": said.is_following, "changed_at": said.changed_at},
            where=sa.and_(
                Follow.is_following != said.is_following, Follow.changed_at <= said.changed_at
            ),
        ),
    )
    if not is_news:
        return False
    fact = MemberFollowed if is_following else MemberUnfollowed
    announce(session, fact(member_id=member_id, channel=channel, at=at))
    return True


def follows_of(
    session: Session, member_ids: Collection[UUID]
) -> dict[UUID, tuple[FollowView, ...]]:
    """What is known of these members' following, by channel; one statement.

    Those of whom nothing is known are left out.
    """
    if not member_ids:
        return {}
    rows = session.execute(
        sa.select(Follow.member_id, Follow.channel, Follow.is_following, Follow.changed_at)
        .where(Follow.member_id.in_(set(member_ids)))
        .order_by(Follow.member_id, Follow.channel)
    )
    found: dict[UUID, tuple[FollowView, ...]] = {}
    for row in rows:
        view = FollowView(row.channel, row.is_following, row.changed_at)
        found[row.member_id] = (*found.get(row.member_id, ()), view)
    return found
