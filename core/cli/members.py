"""``banyan members``: play in a sandbox what a channel would tell of a member."""

from uuid import UUID

import click
from sqlalchemy.orm import Session

from core.cli.reporting import json_option, opened_shop, report
from core.kernel.contacts import parse_phone
from core.kernel.errors import Forbidden
from core.members.services import member_by_phone, note_follow
from core.members.types import SANDBOX_CHANNEL


@click.group()
def members() -> None:
    """Shoppers."""


@members.command()
@click.argument("member")
@click.option("--channel", default=SANDBOX_CHANNEL, show_default=True, help="Where.")
@json_option
def follow(member: str, channel: str, as_json: bool) -> None:
    """Let MEMBER (phone number or id) follow the shop in a channel (sandbox only)."""
    _play(member, channel, is_following=True, as_json=as_json)


@members.command()
@click.argument("member")
@click.option("--channel", default=SANDBOX_CHANNEL, show_default=True, help="Where.")
@json_option
def unfollow(member: str, channel: str, as_json: bool) -> None:
    """Let MEMBER (phone number or id) follow the shop no longer (sandbox only)."""
    _play(member, channel, is_following=False, as_json=as_json)


def _play(member: str, channel: str, *, is_following: bool, as_json: bool) -> None:
    with opened_shop() as shop:
        if not shop.config.is_sandbox:
            raise Forbidden(
                "members.not_sandbox",
                "Only in a sandbox (BANYAN_SANDBOX=1) can following be played; this store is real.",
            )
        with shop.database.write() as session:
            member_id = _named(session, member)
            is_news = note_follow(session, member_id, channel, is_following)
    what = "follows the shop now" if is_following else "follows the shop no longer"
    text = f"{member} {what} ({channel})." if is_news else "Nothing new: it was so before."
    report({"member_id": member_id, "channel": channel, "is_news": is_news}, text, as_json=as_json)


def _named(session: Session, text: str) -> UUID:
    """A member by id or phone.

    Raises:
        InvalidInput: neither.
        NotFound: there is none.
    """
    try:
        return UUID(text)
    except ValueError:
        return member_by_phone(session, parse_phone(text)).id
