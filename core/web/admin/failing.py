"""What the merchant sees when a page cannot be shown."""

import logging
from typing import Any

from core.kernel.errors import ShopError
from core.web import context
from core.web.admin.render import render_admin_page, render_gate
from core.web.errors import Failure

log = logging.getLogger("banyan.web")


def show_failure(failure: Failure) -> Any:
    """The error page: in the frame for staff who are signed in, by itself for everybody else."""
    try:
        if context.current_staff() is not None:
            return render_admin_page("failure.html", failure=failure)
    except ShopError:
        log.debug("the frame cannot be shown", exc_info=True)
    return render_gate("gate_failure.html", failure=failure)
