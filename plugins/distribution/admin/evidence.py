"""What a hold rests on, in words: counts and order numbers; people's own pages tell the rest."""

from collections.abc import Callable, Mapping
from typing import Any

from core.api.i18n import gettext as _
from core.api.i18n import ngettext
from plugins.distribution.rules.fraud import Evidence, Suspicion

_SENTENCES: Mapping[tuple[Suspicion, str], Callable[[Any], str]] = {
    (Suspicion.PHONE, "order"): lambda it: _(
        "The receiver’s number is that of the distributor’s account."
    ),
    (Suspicion.ADDRESS, "order"): lambda it: _(
        "The order goes to an address in the distributor’s address book."
    ),
    (Suspicion.ADDRESS, "buyer"): lambda it: ngettext(
        "Their address books have %(num)s address in common.",
        "Their address books have %(num)s addresses in common.",
        it["buyer"],
    ),
    (Suspicion.DEVICE, "buyer"): lambda it: ngettext(
        "%(num)s browser was used by both to open share links.",
        "%(num)s browsers were used by both to open share links.",
        it["buyer"],
    ),
    (Suspicion.BROWSER, "buyer"): lambda it: ngettext(
        "Both signed in from %(num)s network with the same kind of browser.",
        "Both signed in from %(num)s networks with the same kind of browser.",
        it["buyer"],
    ),
    (Suspicion.ACCOUNT, "order"): lambda it: _(
        "The order was paid from an account of the distributor’s."
    ),
    (Suspicion.ACCOUNT, "buyer"): lambda it: ngettext(
        "%(num)s account belongs to both: paid from, or named for payouts.",
        "%(num)s accounts belong to both: paid from, or named for payouts.",
        it["buyer"],
    ),
    (Suspicion.BURST, "bound"): lambda it: _(
        "%(bound)s people came to the distributor in the hour before; up to %(usual)s are usual.",
        **it,
    ),
    (Suspicion.LOOP, "order_no"): lambda it: _(
        "In the 30 days before, the buyer earned on the distributor’s order %(order_no)s.", **it
    ),
}
"""By reason and by the part of its evidence that is told."""


def evidence_words(reason: str, evidence: Evidence) -> list[str]:
    """Sentences; none for what was held before evidence was kept."""
    return [
        str(sentence(evidence))
        for (told, part), sentence in _SENTENCES.items()
        if told == reason and evidence.get(part)
    ]
