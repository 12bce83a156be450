"""Work by the clock and by the command line."""

from collections.abc import Sequence

from banyan_by_hand import services
from core.api.contributions import Command, Job, JobContext


def tidy(context: JobContext) -> None:
    """Delete the words of old gift cards: nobody needs them any more."""
    with context.write() as session:
        context.beat(services.tidy(session, context.settings["keep_days"]))


def report(context: JobContext, _arguments: Sequence[str]) -> dict[str, int]:
    """What waits, as figures."""
    with context.read() as session:
        return vars(services.waiting(session))


TIDY = Job("by_hand.tidy", "Forget the words of old gift cards", tidy, cron="30 3 * * *")
WAITING = Command("waiting", "Say what waits for somebody's hands", report)
