"""The distributor centre: pages of the shop face under ``/x/distribution``."""

from core.api.contributions import StorePage
from plugins.distribution.views import (
    centre,
    grade,
    invite,
    joining,
    money,
    offers,
    promoting,
    ranking,
    statements,
)

_ROOT = "/x/distribution"

PAGES = (
    StorePage("distribution.home", f"{_ROOT}/", centre.home, "member"),
    StorePage("distribution.join", f"{_ROOT}/join", joining.show, "member"),
    StorePage("distribution.apply", f"{_ROOT}/join", joining.ask, "member", ("POST",)),
    StorePage("distribution.leave", f"{_ROOT}/leave", joining.leave, "member", ("POST",)),
    StorePage("distribution.agree", f"{_ROOT}/rules", joining.agree, "member", ("POST",)),
    StorePage("distribution.rules", f"{_ROOT}/rules", joining.rules, "member"),
    StorePage("distribution.grade", f"{_ROOT}/grade", grade.show, "member"),
    StorePage("distribution.invite", f"{_ROOT}/invite", invite.show, "member"),
    StorePage("distribution.invite_make", f"{_ROOT}/invite", invite.make, "member", ("POST",)),
    StorePage("distribution.ledger", f"{_ROOT}/ledger", centre.ledger, "member"),
    StorePage("distribution.orders", f"{_ROOT}/orders", promoting.orders, "member"),
    StorePage("distribution.team", f"{_ROOT}/team", promoting.team, "member"),
    StorePage("distribution.customers", f"{_ROOT}/customers", promoting.customers, "member"),
    StorePage("distribution.products", f"{_ROOT}/products", offers.products, "member"),
    StorePage("distribution.links", f"{_ROOT}/links", offers.links, "member"),
    StorePage("distribution.ranking", f"{_ROOT}/ranking", ranking.show, "member"),
    StorePage("distribution.ranked", f"{_ROOT}/ranking", ranking.choose, "member", ("POST",)),
    StorePage("distribution.statements", f"{_ROOT}/statements", statements.show, "member"),
    StorePage(
        "distribution.statement_file", f"{_ROOT}/statements.csv", statements.download, "member"
    ),
    StorePage("distribution.payouts", f"{_ROOT}/payouts", money.payouts, "member"),
    StorePage("distribution.payout", f"{_ROOT}/payouts/<payout_id>", money.payout, "member"),
    StorePage("distribution.withdraw", f"{_ROOT}/withdraw", money.show, "member"),
    StorePage("distribution.withdraw_ask", f"{_ROOT}/withdraw", money.ask, "member", ("POST",)),
)
