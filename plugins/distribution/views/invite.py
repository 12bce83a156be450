"""The invitation: a distributor's link to the store as text and QR code, and who came by it."""

from typing import Any

from core.api.charts import qr_svg
from core.api.sharing import create_share, shares_of, team_counts
from core.api.web import external_url, member, reader, store_settings, writing
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.standings import standing_of
from plugins.distribution.views.page import go, show_page

ROOT = "/x/distribution/"


def show() -> Any:
    """Link and code once they are made, what the invited is told, and how many came."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    if standing.state not in {DistributorState.ACTIVE, DistributorState.FROZEN}:
        return go(f"{ROOT}join")
    found = shares_of(session, standing.member_id, target_kind="store", per_page=20).items
    stats = next((each for each in found if each.share.channel == "link"), None)
    address = external_url(f"/?s={stats.share.token}") if stats else ""
    counts = team_counts(session, standing.member_id)
    return show_page(
        "invite.html",
        standing,
        link=address,
        qr=qr_svg(external_url(stats.share.short_path)) if stats else "",
        visits=sum(each.share.visit_count + each.scan_count for each in found),
        registered=sum(each.registered_count for each in found),
        ordered=sum(each.order_count for each in found),
        team=sum((counts.level1, counts.level2, counts.level3)[: standing.programme.depth]),
        direct=counts.level1,
        binding=str(store_settings().binding),
    )


def make() -> Any:
    """Make the link; asking again gives the same one."""
    principal = member()
    if standing_of(reader(), principal.subject_id).is_active:
        with writing() as session:
            create_share(session, principal.subject_id, "store", "")
    return go(f"{ROOT}invite")
