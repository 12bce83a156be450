"""What load balancers and watchers ask: is the process alive, can it serve."""

import flask
import sqlalchemy as sa

from core.db.versions import check_schema
from core.host.deliveries import backlog
from core.kernel.clock import now
from core.kernel.errors import ConfigError
from core.web.access import access
from core.web.context import reader, shop

bp = flask.Blueprint("health", __name__)


@bp.get("/healthz")
@access("public")
def alive() -> dict[str, str]:
    """The process answers; asks nothing of anybody."""
    return {"status": "ok"}


@bp.get("/readyz")
@access("public")
def ready() -> tuple[dict[str, object], int]:
    """The process can serve: the database answers and its schema is the code's.

    ``waiting_seconds`` is the age of the oldest fact that no relay has taken up yet; a worker that
    stands still shows here, but does not make the web process unready.
    """
    try:
        waiting = backlog(reader())
        check_schema(shop().database.engine)
    except (ConfigError, sa.exc.SQLAlchemyError) as error:
        return {"status": "unready", "why": type(error).__name__}, 503
    age = (now() - waiting.oldest_at).total_seconds() if waiting.oldest_at else 0
    return {
        "status": "ready",
        "waiting_seconds": round(max(0.0, age), 1),
        "parked": sum(waiting.parked.values()),
    }, 200
