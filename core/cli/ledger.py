"""``banyan ledger``: recompute the books and name what is wrong."""

import dataclasses
import sys

import click

from core.cli.reporting import counted, json_option, opened_shop, report
from core.ledger.services import verify as verify_ledger


@click.group()
def ledger() -> None:
    """The books."""


@ledger.command()
@json_option
def verify(as_json: bool) -> None:
    """Recompute every balance; exit code 1 when something is wrong."""
    with opened_shop() as shop, shop.database.read() as session:
        found = verify_ledger(session)
    parts = (found.journals, "journal"), (found.postings, "posting"), (found.accounts, "account")
    size = ", ".join(counted(number, word) for number, word in parts)
    if found.is_clean:
        text = f"The books are clean: {size}."
    else:
        lines = [f"  {item.code}: {item.subject}: {item.detail}" for item in found.problems]
        text = "\n".join([f"The books are WRONG ({size}):", *lines])
    report({**dataclasses.asdict(found), "is_clean": found.is_clean}, text, as_json=as_json)
    if not found.is_clean:
        sys.exit(1)
