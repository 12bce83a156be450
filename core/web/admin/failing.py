"""What the merchant sees when a page cannot be shown."""

import logging
from typing import Any

from flask import request

from core.kernel.errors import ShopError
from core.web import context, i18n
from core.web.admin.render import render_admin_page, render_gate
from core.web.errors import Failure

log = logging.getLogger("banyan.web")


def show_failure(failure: Failure) -> Any:
    """The error page: in the frame for staff who are signed in, by itself for everybody else."""
    try:
        if context.current_staff() is not None:
            return render_admin_page("failure.html", failure=failure, at_fault=_plugin(failure))
    except ShopError:
        log.debug("the frame cannot be shown", exc_info=True)
    return render_gate("gate_failure.html", failure=failure)


def _plugin(failure: Failure) -> tuple[str, str] | None:
    """Name and title of the plugin whose own page failed."""
    name = request.path.removeprefix("/admin/x/").partition("/")[0]
    loaded = context.shop().plugins.plugins.get(name)
    if failure.status < 500 or loaded is None or not request.path.startswith("/admin/x/"):
        return None
    return name, loaded.manifest.label_in(i18n.locale())
