"""Setting up a shop that has no tiers yet."""

from sqlalchemy.orm import Session

from plugins.membership.rules import starting
from plugins.membership.services import benefits, ladder
from plugins.membership.services.reading import tiers


def set_up(session: Session) -> bool:
    """Put a ladder and benefits to start from in force, unless there is a ladder already."""
    if tiers(session):
        return False
    ladder.publish(session, starting.starting_ladder())
    for benefit in starting.starting_benefits():
        benefits.save_benefit(session, benefit)
    benefits.save_matrix(session, starting.starting_matrix())
    return True
