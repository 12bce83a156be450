"""``banyan referrals``: recount the network and name what is wrong; mend what is kept beside it."""

import dataclasses
import sys

import click

from core.cli.reporting import counted, json_option, opened_shop, report
from core.sharing.services import mend_network, verify_network


@click.group()
def referrals() -> None:
    """Who was referred by whom."""


@referrals.command()
@json_option
def verify(as_json: bool) -> None:
    """Recount every chain and team; exit code 1 when something kept is wrong."""
    with opened_shop() as shop, shop.database.read() as session:
        found = verify_network(session)
    size = counted(found.referral_count, "referral")
    if found.is_clean:
        text = f"The network is clean: {size}."
    else:
        lines = [
            f"  {fault.code}: {fault.member_id}: {fault.stored}, but counted {fault.counted}"
            for fault in found.faults
        ]
        wrong = counted(found.fault_count, "fault")
        text = "\n".join([f"The network is WRONG ({size}, {wrong}):", *lines])
    report({**dataclasses.asdict(found), "is_clean": found.is_clean}, text, as_json=as_json)
    if not found.is_clean:
        sys.exit(1)


@referrals.command()
@json_option
def mend(as_json: bool) -> None:
    """Write uplines and counts anew from the edges; nobody binds meanwhile. Circles stay."""
    with opened_shop() as shop, shop.database.write() as session:
        mended = mend_network(session)
    text = f"Written anew: {counted(mended, 'row')}."
    report({"mended": mended}, text, as_json=as_json)
