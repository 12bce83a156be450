"""Pages of the shop face under ``/x/membership``."""

from core.api.contributions import StorePage
from plugins.membership.views import level

_ROOT = "/x/membership"

PAGES = (
    StorePage(
        "membership.level",
        f"{_ROOT}/",
        level.show,
        "guest",
        menu_label="My tier",
        menu_icon="award",
    ),
    StorePage("membership.growth", f"{_ROOT}/growth", level.growth_log, "member"),
    StorePage("membership.check_in", f"{_ROOT}/check-in", level.check_in, "member", ("POST",)),
    StorePage("membership.collect", f"{_ROOT}/tasks/<task>", level.collect, "member", ("POST",)),
)
