"""Requires another plugin; refuses with it."""

from core.api.errors import Rejected
from core.api.hooks import hookimpl


@hookimpl
def check_bind_referral(member_id):
    raise Rejected("needs_settings.no", "Needs settings refuses too.")
