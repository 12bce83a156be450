"""People who work in the store, for reading.

Who is behind an e-mail address given to a command, and what those are called who did something.
"""

from core.staff.services import has_permission, staff_by_email, staff_names
from core.staff.types import StaffView

__all__ = ["StaffView", "has_permission", "staff_by_email", "staff_names"]
