"""What people still have on the accounts that a plugin declared.

Accounts are the ledger's and stay with it; but only the plugin tells people of them and moves what
is on them, so whoever takes its data away should know.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from core.db.engine import Database
from core.kernel.values import dataclass
from core.ledger.rules import declared_kinds
from core.ledger.services import held_by_members
from core.payouts.rules import paid_kinds

_declared: dict[str, frozenset[str]] = {}  # package → account kinds that came with its import


@dataclass(frozen=True)
class Owed:
    """What is on a plugin's accounts: so many people, so much together."""

    people: int
    amount_fen: int


@contextmanager
def noting_accounts(package: str) -> Iterator[None]:
    """Remember which account kinds are declared within the block, a package's first import."""
    before = declared_kinds()
    yield
    _declared.setdefault(package, declared_kinds() - before)


def still_owed(database: Database, package: str) -> Owed:
    """What people have on accounts of a plugin, without what was paid out to them.

    Nothing for a package that was not loaded here: nobody knows its accounts.
    """
    kinds = _declared.get(package, frozenset()) - paid_kinds()
    if not kinds:
        return Owed(0, 0)
    with database.read() as session:
        return Owed(*held_by_members(session, kinds))
