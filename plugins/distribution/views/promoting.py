"""Who a distributor works with: orders they earn on, their team, their customers."""

from collections.abc import Sequence

from flask import request

from core.api.i18n import lazy_gettext as _l
from core.api.orders import LineLabel, line_labels
from core.api.sharing import team_counts, team_page
from core.api.values import dataclass
from core.api.web import member, reader
from plugins.distribution.services.listing import (
    CUSTOMER_SORTS,
    Customer,
    customers_of,
    lines_of,
    refusals_of,
)
from plugins.distribution.services.reports import (
    STATES,
    CommissionView,
    PromotedOrder,
    promoted_orders,
)
from plugins.distribution.services.standings import standing_of
from plugins.distribution.views.explaining import rate_words
from plugins.distribution.views.page import asked_number, for_earners, page_number, show_page
from plugins.distribution.views.showing import (
    REFUSED_LABEL,
    STATE_LABELS,
    STATE_TONES,
    Slice,
    called,
)

PER_PAGE = 20
TEAM_SORTS = {"new": _l("Newest"), "old": _l("Oldest"), "direct": _l("Most invited")}
SPENDING_SORTS = {
    "recent": _l("Last order"),
    "spent": _l("Most spent"),
    "orders": _l("Most orders"),
}


@dataclass(frozen=True)
class SoldLine:
    """A line of such an order: what it was, what they earn on it and at which rate."""

    commission: CommissionView
    line: LineLabel | None
    rate: str


@dataclass(frozen=True)
class OrderRow:
    """An order that a distributor earns on, with its masked buyer and its lines."""

    order: PromotedOrder
    buyer: str
    label: str
    tone: str
    lines: Sequence[SoldLine]

    @property
    def pieces(self) -> int:
        """How many pieces were bought of what they earn on."""
        return sum(each.commission.quantity for each in self.lines)


@for_earners
def orders() -> str:
    """Orders of those who came through them, by state, each with its lines."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    number = page_number()
    found = promoted_orders(
        session,
        standing.member_id,
        state=state or None,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    order_ids = [each.order_id for each in found]
    names = called(session, {each.buyer_id for each in found})
    sold = lines_of(session, standing.member_id, order_ids)
    labels = line_labels(session, [line.order_line_id for lines in sold.values() for line in lines])
    refused = refusals_of(session, standing.member_id, order_ids)
    rows = [
        OrderRow(
            each,
            names.get(each.buyer_id, ""),
            str(
                REFUSED_LABEL
                if each.order_id in refused and not each.left_fen
                else STATE_LABELS[each.state]
            ),
            STATE_TONES[each.state],
            [
                SoldLine(line, labels.get(line.order_line_id), rate_words(line))
                for line in sold[each.order_id]
            ],
        )
        for each in found[:PER_PAGE]
    ]
    return show_page(
        "orders.html",
        standing,
        rows=rows,
        states=[(each, str(STATE_LABELS[each])) for each in STATES],
        state=state,
        page=Slice(number, len(found) > PER_PAGE),
    )


@for_earners
def team() -> str:
    """Who came through them, level by level, as deep as the plan pays; names are masked."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    level = request.args.get("level", 1, type=int) or 1
    level = level if 1 <= level <= standing.programme.depth else 1
    sort = request.args.get("sort", "new")
    sort = sort if sort in TEAM_SORTS else "new"
    words = request.args.get("q", "").strip()[:30]
    counts = team_counts(session, standing.member_id)
    page = team_page(
        session,
        standing.member_id,
        level=level,
        query=words,
        sort=sort,
        page=page_number(),
        per_page=PER_PAGE,
    )
    names = called(session, [each.member_id for each in page.items])
    return show_page(
        "team.html",
        standing,
        counts=(counts.level1, counts.level2, counts.level3)[: standing.programme.depth],
        level=level,
        sort=sort,
        sorts=[(key, str(label)) for key, label in TEAM_SORTS.items()],
        words=words,
        page=page,
        names=names,
    )


@for_earners
def customers() -> str:
    """Who bought through them: masked, with what came of it."""
    session = reader()
    standing = standing_of(session, member().subject_id)
    asked = request.args.get("sort", "")
    sort = asked if asked in CUSTOMER_SORTS else CUSTOMER_SORTS[0]
    words, number = asked_number(), page_number()
    found: Sequence[Customer] = customers_of(
        session,
        standing.member_id,
        sort=sort,
        number=words,
        limit=PER_PAGE + 1,
        offset=(number - 1) * PER_PAGE,
    )
    return show_page(
        "customers.html",
        standing,
        rows=found[:PER_PAGE],
        names=called(session, [each.buyer_id for each in found]),
        sort=sort,
        sorts=[(key, str(label)) for key, label in SPENDING_SORTS.items()],
        words=words,
        page=Slice(number, len(found) > PER_PAGE),
    )
