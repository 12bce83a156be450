"""Nobody hands out, takes over or changes more rights than they hold themselves."""

from collections.abc import Iterable

from core.kernel.errors import Rejected
from core.web import context
from core.web.access import has_permission


def check_may_give(permissions: Iterable[str]) -> None:
    """The signed-in staff member holds every one of these rights.

    Raises:
        Rejected: one of them is missing.
    """
    if not _holds(permissions):
        raise Rejected("staff.beyond", "You can give only rights that you hold yourself.")


def check_may_manage(permissions: Iterable[str]) -> None:
    """Somebody with these rights may be changed by the signed-in staff member.

    Raises:
        Rejected: they may do more; a new password would open their account.
    """
    if not _holds(permissions):
        raise Rejected(
            "staff.above", "This person may do more than you. Only an owner can change that."
        )


def _holds(permissions: Iterable[str]) -> bool:
    own = context.staff().permissions
    return all(has_permission(own, each) for each in permissions)
