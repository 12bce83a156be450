"""What a plugin that ``banyan plugin new`` makes may have."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from core.kernel.errors import InvalidInput

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "block": "a line on product pages",
        "page": "a page of the store",
        "admin": "a page for the merchant, with a right of its own",
        "settings": "settings in the admin",
        "price": "a price rule",
        "fact": "paid orders, told after the fact",
        "table": "a table of its own, with a row for each paid order",
        "job": "work every night",
        "command": "a command line",
    }
)
"""Parts with what they are, as the question offers them."""
_BRINGS = {"table": "fact", "block": "settings", "page": "settings", "price": "settings"}


def check_parts(parts: Iterable[str]) -> frozenset[str]:
    """Parts together with those that they bring along.

    Raises:
        InvalidInput: none, or one that there is not.
    """
    wanted, known = frozenset(parts), ", ".join(PARTS)
    if unknown := sorted(wanted - set(PARTS)):
        raise InvalidInput(
            "authoring.parts",
            "There is no part “%(part)s”; there is %(known)s.",
            field="parts",
            part=unknown[0],
            known=known,
        )
    if not wanted:
        raise InvalidInput(
            "authoring.parts",
            "A plugin without parts does nothing; there is %(known)s.",
            field="parts",
            known=known,
        )
    return wanted | {_BRINGS[part] for part in wanted if part in _BRINGS}
