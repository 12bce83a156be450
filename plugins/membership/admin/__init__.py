"""Pages of the merchant's face under ``/admin/x/membership``."""

from core.api.contributions import AdminPage
from plugins.membership.admin import (
    benefits,
    growth,
    growth_rules,
    members,
    overview,
    proposal,
    reviews,
    tiers,
)

_ROOT = "/admin/x/membership"
_VIEW, _LADDER, _MEMBER = "membership.view", "membership.ladder", "membership.member"
_POST = ("POST",)

PAGES = (
    AdminPage(
        "membership.overview", _ROOT, overview.show, _VIEW, menu_label="Membership",
        menu_icon="award",
    ),
    AdminPage("membership.begin", f"{_ROOT}/begin", tiers.begin, _LADDER, _POST),
    AdminPage("membership.tiers", f"{_ROOT}/tiers", tiers.edit, _LADDER),
    AdminPage("membership.tiers_save", f"{_ROOT}/tiers", tiers.save, _LADDER, _POST),
    AdminPage("membership.tiers_discard", f"{_ROOT}/tiers/discard", tiers.discard, _LADDER, _POST),
    AdminPage("membership.tiers_preview", f"{_ROOT}/tiers/preview", tiers.preview, _LADDER),
    AdminPage("membership.benefits", f"{_ROOT}/benefits", benefits.show, _VIEW),
    AdminPage("membership.benefits_save", f"{_ROOT}/benefits", benefits.save, _LADDER, _POST),
    AdminPage("membership.benefit", f"{_ROOT}/benefits/<benefit_id>", benefits.edit, _LADDER),
    AdminPage(
        "membership.benefit_save", f"{_ROOT}/benefits/<benefit_id>", benefits.keep, _LADDER, _POST
    ),
    AdminPage(
        "membership.benefit_remove", f"{_ROOT}/benefits/<benefit_id>/remove", benefits.remove,
        _LADDER, _POST,
    ),
    AdminPage("membership.rules", f"{_ROOT}/rules", growth_rules.show, _LADDER),
    AdminPage("membership.rules_save", f"{_ROOT}/rules", growth_rules.save, _LADDER, _POST),
    AdminPage("membership.reviews", f"{_ROOT}/reviews", reviews.show, _VIEW),
    AdminPage("membership.growth_log", f"{_ROOT}/growth", growth.show, _VIEW),
    AdminPage("membership.growth_csv", f"{_ROOT}/growth.csv", growth.download, _VIEW, _POST),
    AdminPage("membership.proposal", f"{_ROOT}/proposal", proposal.show, _LADDER),
    AdminPage("membership.proposal_apply", f"{_ROOT}/proposal", proposal.apply, _LADDER, _POST),
    AdminPage("membership.member_page", f"{_ROOT}/members/<member_id>", members.show, _VIEW),
    AdminPage(
        "membership.adjust", f"{_ROOT}/members/<member_id>/growth", members.adjust, _MEMBER, _POST
    ),
    AdminPage(
        "membership.set_tier", f"{_ROOT}/members/<member_id>/tier", members.set_tier, _MEMBER, _POST
    ),
)  # fmt: skip
