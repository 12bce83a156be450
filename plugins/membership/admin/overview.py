"""The first page: tiers with their members, what growth did lately, reviews that are coming."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.contributions import DashboardCard, MemberListColumn
from core.api.money import BPS, split_fen
from core.api.web import locale, reader, store_settings
from plugins.membership.admin.page import ROOT, show_page
from plugins.membership.services import counting
from plugins.membership.services import ladder as ladders
from plugins.membership.services.documents import rules_of
from plugins.membership.services.reading import tiers, tiers_of
from plugins.membership.services.reports import EntryFilter, count_entries

DAYS = 30


def show() -> str:
    """Tiers, figures of the last thirty days, reviews of the next thirty."""
    session = reader()
    ladder = tiers(session)
    counts = counting.members_by_tier(session, ladder)
    zone = store_settings().timezone
    since = local_date(now(), zone) - timedelta(days=DAYS)
    given = count_entries(session, EntryFilter(since=day_bounds(since, zone)[0]))
    return show_page(
        "overview.html",
        "overview",
        ladder=ladder,
        counts=counts,
        total=sum(counts.values()),
        shares=shares_bps(counts),
        given=given,
        since=since,
        due=counting.due_within(session, DAYS),
        rules=rules_of(session),
        has_draft=ladders.draft(session) is not None,
        days=DAYS,
    )


def shares_bps(counts: Mapping[UUID | None, int]) -> Mapping[UUID | None, int]:
    """Counts as shares of all of them in basis points, which add up to the whole."""
    if not any(counts.values()):
        return {}
    return dict(zip(counts, split_fen(BPS, list(counts.values())), strict=True))


def tier_card(session: Session, _settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How many members stand above the lowest tier; stays away before there is a ladder."""
    above, total = counting.above_lowest(session)
    if not total:
        return None
    return {
        "value": f"{above:,}",
        "hint": "of %(total)s members stand above the lowest tier",
        "params": {"total": f"{total:,}"},
        "url": ROOT,
    }


CARDS = (
    DashboardCard(
        key="membership.above",
        label="Members with a tier",
        load=tier_card,
        icon="award",
        permission="membership.view",
    ),
)


def member_column(session: Session, member_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """The tier of each member of the list."""
    words = locale()
    return {key: tier.name_in(words) for key, tier in tiers_of(session, member_ids).items()}


MEMBER_COLUMN = MemberListColumn("membership.tier", "Tier", member_column, "membership.view")
