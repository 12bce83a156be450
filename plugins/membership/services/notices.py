"""What members are told about their tier: that they rose, and that a review would lower them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from core.api.clock import local_date, now
from core.api.events import MemberTierChanged
from core.api.members import MemberView, member_view
from core.api.messages import Template, Text, declare_template, send
from core.api.settings import load_settings
from plugins.membership.models import Standing
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers
from plugins.membership.services.reviews import Verdict, judge
from plugins.membership.services.standings import change, lock_batch, zone_of

BATCH = 200
UPGRADED, LASTING = "membership.upgraded", "membership.upgraded_lasting"
WARNING, LAST = "membership.warning", "membership.warning_last"

for _key, _zh, _en in (
    (
        UPGRADED,
        Text(
            "你已升级为%(tier)s",
            "【%(shop)s】你已升级为%(tier)s，有效期至%(day)s。等级权益即日生效，可在会员中心查看。",
        ),
        Text(
            "You are now %(tier)s",
            "[%(shop)s] You are now %(tier)s, until %(day)s. Benefits: see the member centre.",
        ),
    ),
    (
        LASTING,
        Text(
            "你已升级为%(tier)s",
            "【%(shop)s】你已升级为%(tier)s。等级权益即日生效，可在会员中心查看。",
        ),
        Text(
            "You are now %(tier)s",
            "[%(shop)s] You are now %(tier)s. Benefits: see the member centre.",
        ),
    ),
    (
        WARNING,
        Text(
            "你的%(tier)s将于%(day)s到期",
            "【%(shop)s】你的%(tier)s将于%(day)s到期，届时将调整为%(after)s。"
            "到期前再获得%(missing)s成长值即可保级。",
        ),
        Text(
            "Your tier %(tier)s ends on %(day)s",
            "[%(shop)s] Your tier %(tier)s ends on %(day)s and becomes %(after)s. "
            "%(missing)s more growth value by the end of that day keeps it.",
        ),
    ),
    (
        LAST,
        Text(
            "你的%(tier)s将于%(day)s到期",
            "【%(shop)s】你的%(tier)s将于%(day)s到期。到期前再获得%(missing)s成长值即可保级。",
        ),
        Text(
            "Your tier %(tier)s ends on %(day)s",
            "[%(shop)s] Your tier %(tier)s ends on %(day)s. "
            "%(missing)s more growth value by the end of that day keeps it.",
        ),
    ),
):
    declare_template(Template(_key, {"zh": _zh, "en": _en}))


def tell_risen(session: Session, event: MemberTierChanged) -> bool:
    """Tell a member of the tier they reached, once a change.

    Not told: changes downwards, changes by staff or by a new ladder (one click would send
    thousands), and members without phone and mailbox.

    Returns:
        Whether a message was queued.
    """
    told = event.new_rank > event.old_rank and event.reason not in {"ladder", "staff"}
    if not told or not rules_of(session).tells_upgrades:
        return False
    ladder = tiers(session)
    tier = next((each for each in ladder if each.id == event.new_tier_id), None)
    if tier is None:
        return False
    view = member_view(session, event.member_id)
    until = session.scalar(
        sa.select(Standing.valid_until).where(Standing.member_id == event.member_id)
    )
    params = {"tier": tier.name_in(view.locale)}
    if until is not None:
        params["day"] = _last_day(session, until)
    return _send(
        session,
        view,
        key=f"{UPGRADED}:{event.member_id}:{event.at:%Y%m%dT%H%M%S%f}",
        template=LASTING if until is None else UPGRADED,
        params=params,
    )


def _last_day(session: Session, until: datetime) -> str:
    return str(local_date(until - timedelta(seconds=1), zone_of(session)))


def next_batch(session: Session, after: UUID | None, limit: int = BATCH) -> Sequence[UUID]:
    """Members whose validity ends soon and who were not warned of it, by id, after ``after``."""
    days = rules_of(session).warn_days
    if not days:
        return []
    query = (
        sa.select(Standing.member_id)
        .where(
            Standing.valid_until > now(),
            Standing.valid_until <= now() + timedelta(days=days),
            Standing.is_locked.is_(sa.false()),
            sa.or_(Standing.warned_for.is_(None), Standing.warned_for != Standing.valid_until),
        )
        .order_by(Standing.member_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Standing.member_id > after)
    return session.scalars(query).all()


def warn(session: Session, member_ids: Sequence[UUID]) -> int:
    """Warn those of these members whom a review would lower as things stand, once each.

    Who is safe today is looked at again tomorrow.

    Returns:
        How many messages were queued.
    """
    query: Any = sa.select(Standing).where(Standing.member_id.in_(list(member_ids)))
    places = lock_batch(session, query.order_by(Standing.member_id))
    verdicts = judge(session, places, tiers(session), rules_of(session))
    return sum(_warn_one(session, verdict) for verdict in verdicts if verdict.is_lower)


def _warn_one(session: Session, verdict: Verdict) -> bool:
    place = verdict.place
    if place.tier is None or place.valid_until is None:
        return False
    view = member_view(session, place.member_id)
    params = {
        "tier": place.tier.name_in(view.locale),
        "day": _last_day(session, place.valid_until),
        "missing": f"{place.tier.threshold - verdict.measures.growth:,}",
    }
    if verdict.after is not None:
        params["after"] = verdict.after.name_in(view.locale)
    change(session, place.member_id, warned_for=place.valid_until)
    return _send(
        session,
        view,
        key=f"{WARNING}:{place.member_id}:{place.valid_until:%Y%m%d%H%M}",
        template=LAST if verdict.after is None else WARNING,
        params=params,
    )


def _send(
    session: Session, view: MemberView, *, key: str, template: str, params: dict[str, Any]
) -> bool:
    recipient = view.phone or view.email
    if recipient is None:
        return False
    send(
        session,
        key=key,
        channel_kind="sms" if view.phone else "email",
        recipient=recipient,
        template=template,
        params={"shop": load_settings(session).name_in(view.locale), **params},
        member_id=view.id,
        locale=view.locale,
    )
    return True
