"""People who work in the store, for reading: who is behind an e-mail address given to a command."""

from core.staff.services import has_permission, staff_by_email
from core.staff.types import StaffView

__all__ = ["StaffView", "has_permission", "staff_by_email"]
