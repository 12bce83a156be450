"""Values that the pages show, put together from what the services read."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core.api.clock import day_bounds, local_date, now
from core.api.i18n import gettext as _
from core.api.i18n import lazy_gettext as _l
from core.api.members import masked_names
from core.api.orders import LineLabel, line_labels
from core.api.values import dataclass
from plugins.distribution.services.distributors import DistributorState
from plugins.distribution.services.explaining import explanations
from plugins.distribution.services.listing import refusals_of
from plugins.distribution.services.reports import CommissionView
from plugins.distribution.views.explaining import why

STATE_LABELS = {
    "pending": _l("On its way"),
    "frozen": _l("In return time"),
    "available": _l("Settled"),
    "reversed": _l("Taken back"),
}
"""What distributors call the states of a commission."""

STATE_TONES = {"pending": "", "frozen": "gold", "available": "brand", "reversed": "promo"}
"""Class of the tag that shows a state."""

DISTRIBUTOR_LABELS = {
    DistributorState.APPLIED: _l("Waits for review"),
    DistributorState.ACTIVE: _l("Active"),
    DistributorState.FROZEN: _l("Frozen"),
    DistributorState.REJECTED: _l("Not accepted"),
    DistributorState.LEFT: _l("Has left"),
}
"""What the merchant calls the states of a distributor."""


REFUSED_LABEL = _l("Not granted")
"""The state of what a person refused after a review."""


def called(session: Session, member_ids: Collection[UUID]) -> dict[UUID, str]:
    """What a distributor reads of each of these members: a masked name, or that they are erased."""
    names = masked_names(session, member_ids)
    return {each: name or _("Erased member") for each, name in names.items()}


@dataclass(frozen=True)
class LedgerRow:
    """A commission with what was sold, to whom, and why it is what it is.

    ``refusal`` is what staff wrote when they did not grant it; ``None`` where nobody refused it.
    """

    commission: CommissionView
    line: LineLabel | None
    buyer: str
    why: Sequence[tuple[str, str]]
    refusal: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether a person took all of it back."""
        return self.refusal is not None and not self.commission.left_fen

    @property
    def label(self) -> str:
        """Its state in words."""
        return str(REFUSED_LABEL if self.is_refused else STATE_LABELS[self.commission.shown_state])

    @property
    def tone(self) -> str:
        """Class of its tag."""
        return STATE_TONES[self.commission.shown_state]


def ledger_rows(
    session: Session, member_id: UUID, found: Sequence[CommissionView]
) -> list[LedgerRow]:
    """Commissions of one distributor, explained; four statements, whatever their number."""
    lines = line_labels(session, [each.order_line_id for each in found])
    names = called(session, {each.buyer_id for each in found})
    explained = explanations(session, found)
    refusals = refusals_of(session, member_id, {each.order_id for each in found})
    return [
        LedgerRow(
            each,
            lines.get(each.order_line_id),
            names.get(each.buyer_id, ""),
            why(each, explained[each.id]),
            refusals.get(each.order_id),
        )
        for each in found
    ]


@dataclass(frozen=True)
class Slice:
    """A page of a list whose length nobody counts."""

    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1


def end_of_today(zone: str) -> datetime:
    """The first instant of tomorrow in the store's zone."""
    return day_bounds(local_date(now(), zone), zone)[1]


def day_labels(until: datetime, days: int, zone: str) -> list[str]:
    """``10/6`` for each of the last ``days`` days, oldest first."""
    last = local_date(until - timedelta(seconds=1), zone)
    dates = [last - timedelta(days=back) for back in reversed(range(days))]
    return [f"{date.month}/{date.day}" for date in dates]


def uuid_or_none(text: str) -> UUID | None:
    """An id from an address; ``None`` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None
