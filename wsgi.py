"""The web application, for any WSGI server: ``gunicorn wsgi:app``."""

import sys

from core.app import create_app
from core.cli.reporting import explain_failure

try:
    app = create_app()
except Exception as error:  # noqa: BLE001 - what is not for people is raised again
    sys.exit(explain_failure(error))
