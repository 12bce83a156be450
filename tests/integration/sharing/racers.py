"""A process that binds one member to another the moment it is told to."""

import sys
from uuid import UUID

from core.db.engine import Database
from core.sharing.services import bind


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(url: str, member_id: str, referrer_id: str) -> None:
    database = Database(url)
    with database.read() as session:
        session.connection()  # be ready
    say("ready")
    sys.stdin.readline()
    with database.write() as session:
        outcome = bind(session, UUID(member_id), UUID(referrer_id), reason="race")
    say(outcome.verdict)
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
