"""Becoming a distributor: what a member must have reached, and asking to be one."""

from uuid import UUID

from sqlalchemy.orm import Session

from core.api.errors import InvalidInput, Rejected
from core.api.orders import has_bought, spending_of
from core.api.values import dataclass
from plugins.distribution.models import Distributor
from plugins.distribution.rules import Joining, Programme
from plugins.distribution.services.distributors import RULES_VERSION, apply
from plugins.distribution.services.programmes import current

BY_REACHING = frozenset({Joining.SPEND, Joining.ORDERS, Joining.PURCHASE})
"""Ways of joining that ask for something bought and kept before."""


@dataclass(frozen=True)
class Goal:
    """What a member must have reached to join, refunds left out.

    Args:
        joining: spend, orders or purchase.
        wanted: fen, orders, or 1 for having bought one of the products.
        reached: of that.
        products: any of them, for a purchase.
    """

    joining: Joining
    wanted: int
    reached: int
    products: tuple[UUID, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether they may join now."""
        return self.reached >= self.wanted

    @property
    def missing(self) -> int:
        """What is left to reach, in the same unit."""
        return max(0, self.wanted - self.reached)

    @property
    def percent(self) -> int:
        """How much of it is reached, 0 to 100, rounded down."""
        return max(0, min(100, self.reached * 100 // self.wanted))


def goal_of(session: Session, member_id: UUID, programme: Programme) -> Goal | None:
    """How far a member is; ``None`` where joining asks for nothing of the kind. One statement."""
    joining = programme.joining
    if joining == Joining.PURCHASE:
        products = programme.joining_products
        bought = has_bought(session, member_id, products)
        return Goal(joining, 1, int(bought), products)
    if joining not in BY_REACHING:
        return None
    spending = spending_of(session, [member_id])[member_id]
    if joining == Joining.SPEND:
        return Goal(joining, programme.joining_spend_fen, spending.net_fen)
    return Goal(joining, programme.joining_orders, spending.order_count)


@dataclass(frozen=True)
class Application:
    """What a member sends in to become a distributor; texts as typed."""

    rules_version: str
    real_name: str = ""
    note: str = ""


def join(session: Session, member_id: UUID, wanted: Application) -> Distributor:
    """A member asks, under the programme that is in force this moment.

    What they must have reached is measured again here, whatever the page showed.

    Raises:
        InvalidInput: they did not agree to the rules of today; no name where staff reviews; a text
            is too long.
        Rejected: not reached yet, frozen, or the store names its distributors itself.
    """
    programme = current(session)
    if wanted.rules_version != RULES_VERSION:
        raise InvalidInput(
            "distribution.rules",
            "Please read the rules and tick that you agree to them.",
            field="rules",
        )
    if programme.joining == Joining.APPLICATION and not wanted.real_name.strip():
        raise InvalidInput(
            "distribution.real_name", "Please tell the store your name.", field="real_name"
        )
    goal = goal_of(session, member_id, programme)
    if goal is not None and not goal.is_reached:
        raise Rejected(
            "distribution.not_reached", "You have not reached yet what the store asks for."
        )
    return apply(
        session,
        member_id,
        programme.joining,
        rules_version=wanted.rules_version,
        note=wanted.note,
        real_name=wanted.real_name,
    )
