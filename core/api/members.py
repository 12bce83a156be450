"""Members, for reading. Shoppers see others by :func:`masked_names` only; staff may see more."""

from core.members.services import member_by_phone, member_view, names_of
from core.members.services.naming import ids_matching, masked_names
from core.members.services.signals import member_signals
from core.members.types import MemberSignals, MemberView

__all__ = [
    "MemberSignals",
    "MemberView",
    "ids_matching",
    "masked_names",
    "member_by_phone",
    "member_signals",
    "member_view",
    "names_of",
]
