"""Everything membership takes part in. Each hook calls one function; nothing is decided here."""

from collections.abc import Sequence

from core.api.contributions import Permission
from core.api.hooks import hookimpl


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """What roles can be allowed."""
    return [
        Permission("membership.view", "See tiers and growth values"),
        Permission("membership.ladder", "Change tiers, benefits and growth rules"),
        Permission("membership.member", "Change a member's growth value and tier"),
    ]
