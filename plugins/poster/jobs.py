"""Scheduled work of posters."""

import logging

from core.api.contributions import JobContext
from core.api.media import Files
from plugins.poster.services import making
from plugins.poster.services.posters import PLUGIN

_log = logging.getLogger(__name__)


def render(context: JobContext) -> None:
    """Make every poster that waits; some at a time, so that each is seen soon after it is done.

    A poster that fails costs only itself. Reading and storing are units of work of their own, and
    none is open while a picture is painted.
    """
    files, done = context.files(PLUGIN), 0
    while True:
        with context.write() as session:
            claimed = making.claim(session)
        if not claimed:
            return
        with context.read() as session:
            wanted = making.orders(session, claimed)
        for order in wanted:
            _make(context, order, files)
            done += 1
            context.beat(done)


def _make(context: JobContext, order: making.Order, files: Files) -> None:
    try:
        made = making.render_order(order, files, context.picture_data)
    except Exception as error:  # noqa: BLE001 - one poster must not hold up the others
        _log.exception("poster %s could not be made", order.id)
        with context.write() as session:
            making.note_failed(session, order, error)
        return
    with context.write() as session:
        making.note_made(session, made)
