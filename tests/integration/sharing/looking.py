"""What tests of binding look at."""

from core.sharing.services import chain_of, history_of


def chain(database, member_id):
    """Uplines of a member, nearest first."""
    with database.read() as session:
        return [upline for _, upline in chain_of(session, member_id)]


def story(database, member_id):
    """Kind and reason of everything that happened to a member's referral, oldest first."""
    with database.read() as session:
        return [(event.kind, event.reason) for event in history_of(session, member_id)][::-1]
