"""The web application, for any WSGI server: ``gunicorn wsgi:app``."""

import gc
import sys

from flask import Flask


def _start() -> Flask:
    """The application of this installation.

    What a start makes is there to stay. Looking for garbage among it meanwhile takes a fifth of the
    start, and afterwards would copy pages that forked workers share.
    """
    gc.disable()
    from core.app import create_app
    from core.cli.reporting import explain_failure

    try:
        started = create_app()
    except Exception as error:  # noqa: BLE001 - what is not for people is raised again
        sys.exit(explain_failure(error))
    gc.freeze()
    gc.enable()
    return started


app = _start()
