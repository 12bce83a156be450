"""Acts on payouts, each in a unit of work of its own and written to the audit log."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from core.host.ports import payout_channels_of
from core.kernel.errors import ShopError
from core.kernel.values import dataclass
from core.payouts.jobs import ask_before_giving_back
from core.payouts.rules.channels import PayoutWay, way_of
from core.payouts.services import approve, find_payout, reject, retry_payout
from core.payouts.types import PayoutView, Review
from core.web import context, i18n
from core.web.admin.answers import sentences
from core.web.admin.auditing import record
from core.web.admin.queries.payouts import payout_numbers


@dataclass(frozen=True)
class Told:
    """What became of one row of several."""

    payout_no: str
    amount_fen: int
    is_done: bool
    text: str


def approve_one(payout_id: UUID) -> bool:
    """Release a payout; whether it had not been before."""
    return _reviewed("payout.approve", lambda session, actor: approve(session, payout_id, actor))


def reject_one(payout_id: UUID, reason: str) -> bool:
    """Decline a payout; whether it had not been before. A channel that failed is asked again."""
    with context.shop().database.read() as session:
        found = find_payout(session, payout_id)
    channel = payout_channels_of(context.shop()).get(found.channel)
    if channel is not None:
        context.close_reader()  # the channel may take seconds
        ask_before_giving_back(context.shop().database, channel, payout_id)
    return _reviewed(
        "payout.reject", lambda session, actor: reject(session, payout_id, actor, reason)
    )


def retry_one(payout_id: UUID) -> bool:
    """Send a failed payout again."""
    with context.writing() as session:
        retry_payout(session, payout_id, context.staff().actor)
        record(session, "payout.retry", "payout", payout_id)
    return True


def _reviewed(action: str, act: Callable[[Any, str], Review]) -> bool:
    with context.writing() as session:
        review = act(session, context.staff().actor)
        if review.is_new:
            found = review.payout
            record(session, action, "payout", found.payout_no, after=plain(found))
    return review.is_new


def plain(found: PayoutView) -> dict[str, Any]:
    """What the audit log keeps of a payout: nothing of the account."""
    return {"state": found.state, "amount_fen": found.amount_fen, "reason": found.reason}


def one_by_one(ids: Iterable[UUID], act: Callable[[UUID], bool], done: str) -> list[Told]:
    """Act on several payouts, each judged alone.

    Args:
        ids: of payouts.
        act: tells whether there was anything to do.
        done: catalogue entry of what was done.
    """
    wanted = list(ids)
    known = payout_numbers(context.reader(), wanted)
    told = []
    for payout_id in wanted:
        number, amount_fen = known.get(payout_id, (str(payout_id), 0))
        told.append(tell(number, amount_fen, lambda each=payout_id: act(each), done))  # type: ignore[misc]
    return told


def tell(payout_no: str, amount_fen: int, act: Callable[[], bool], done: str) -> Told:
    """Act on one payout, and say what came of it."""
    try:
        is_new = act()
    except ShopError as error:
        return Told(payout_no, amount_fen, False, " ".join(sentences(error)))
    text = done if is_new else "Nothing was to do; it had been done before."
    return Told(payout_no, amount_fen, is_new, i18n.gettext(text))


def way(key: str) -> PayoutWay:
    """A way to be paid, also when it is switched off."""
    plugins = context.shop().plugins
    return way_of(key, [port for _, port in plugins.all_contributions("payout_channels")])


def channel_name(key: str) -> str:
    """What a channel is called, in the reader's language."""
    return i18n.gettext(way(key).label)
