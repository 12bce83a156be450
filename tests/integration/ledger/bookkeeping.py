"""What the ledger's tests book, in few words."""

from uuid import UUID

from core.ledger.services import PLATFORM, Leg, book, member_owner

ANN, BOB = member_owner(UUID(int=1)), member_owner(UUID(int=2))


def give(session, owner, kind, amount, key, **more):
    return book(
        session,
        key=key,
        kind="gift",
        reference="test",
        actor="system",
        legs=[Leg(PLATFORM, "gifts", -amount), Leg(owner, kind, amount)],
        **more,
    )


def move(session, source, target, amount, key, *, must_cover=False):
    return book(
        session,
        key=key,
        kind="move",
        reference="test",
        actor="system",
        legs=[
            Leg(*source, -amount, must_cover=must_cover),
            Leg(*target, amount),
        ],
    )
