"""Scheduled work of posters."""

import logging
import time
from datetime import timedelta
from itertools import islice

from core.api.clock import now
from core.api.contributions import JobContext
from core.api.media import Files
from plugins.poster.services import making, upkeep
from plugins.poster.services.posters import PLUGIN

KEPT_SECONDS = 3600

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


def renew(context: JobContext) -> None:
    """Make posters in use anew before their codes end."""
    days = int(context.settings.get("poster_days", 0))
    if not days:
        return
    after, done = None, 0
    while True:
        with context.read() as session:
            ids = upkeep.expiring(session, after)
        for poster_id in ids:
            with context.write() as session:
                upkeep.renew(session, poster_id, now() + timedelta(days=days))
            done += 1
            context.beat(done)
        if not ids:
            break
        after = ids[-1]
    render(context)


def tidy(context: JobContext) -> None:
    """Take away posters that nobody needs, then files that no poster shows.

    A file is kept for an hour at least: it may belong to a poster that is just being stored.
    """
    while True:
        with context.write() as session:
            if not upkeep.forget_unused(session):
                break
    files, old = context.files(PLUGIN), time.time() - KEPT_SECONDS
    names = iter(files.names())
    while some := list(islice(names, upkeep.CHUNK)):
        with context.read() as session:
            used = upkeep.names_in_use(session, some)
        for name in some:
            if name not in used and files.path(name).stat().st_mtime < old:
                files.remove(name)


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
