"""The composition root: :func:`create_app` is a short list of calls."""

from typing import Any

import flask
import sqlalchemy as sa
from flask.sessions import SessionInterface
from flask_sqlalchemy import SQLAlchemy
from werkzeug.datastructures import ImmutableMultiDict

from core.config import Config, load_config
from core.db.base import Base
from core.db.engine import Database, make_engine
from core.db.versions import check_schema
from core.host.shop import Shop, open_shop
from core.web import access, doors, health, sandbox
from core.web.admin import install_admin
from core.web.routing import LateRule
from core.web.store import install_web


class StoreSQLAlchemy(SQLAlchemy):
    """Flask-SQLAlchemy on the store's own engine: same pragmas, same pool, one place."""

    def _make_engine(
        self, bind_key: str | None, options: dict[str, Any], app: flask.Flask
    ) -> sa.Engine:
        return make_engine(app.config["SQLALCHEMY_DATABASE_URI"])


class Given(ImmutableMultiDict[str, str]):
    """What a browser sent along. A page asks for a dozen names, most of which are not there.

    Werkzeug raises and catches an error for each of these, which takes longer than all else.
    """

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # noqa: A002
        """The first value of a name, as every other multi-dictionary gives it."""
        return super().get(key, default, type) if key in self else default


class Request(flask.Request):
    """A request as pages look into it."""

    parameter_storage_class = Given
    dict_storage_class = Given


class Answer(flask.Response):
    """An answer; half a character that a plugin brought along shows as ``?`` and costs no page."""

    def set_data(self, value: bytes | str) -> None:
        """The body."""
        super().set_data(value.encode(errors="replace") if isinstance(value, str) else value)


class NoSessions(SessionInterface):
    """Flask's own session stays closed: who is signed in stands in the database, revocable."""

    def open_session(self, app: flask.Flask, request: flask.Request) -> None:
        """None; Flask refuses whoever writes to it nevertheless."""


orm = StoreSQLAlchemy(metadata=Base.metadata)
"""The extension that owns the web process's engine; ``flask shell`` finds ``orm.session`` here."""


def create_app(config: Config | None = None, shop: Shop | None = None) -> flask.Flask:
    """The web application of one installation.

    Args:
        config: the configuration; read from the environment when missing.
        shop: an opened shop, for tests and for processes that have one already.

    Raises:
        ConfigError: a bad configuration, or a database that is missing, older or newer than the
            code; the sentence says what to do.
    """
    config = config or (shop.config if shop else load_config())
    app = flask.Flask("banyan", root_path=str(config.instance), static_folder=None)
    app.secret_key = config.secret_key
    app.request_class = Request
    app.response_class = Answer
    app.url_rule_class = LateRule
    app.session_interface = NoSessions()
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    shop = shop or _opened(app, config)
    app.extensions["banyan.shop"] = shop
    install_web(app, shop)
    install_admin(app, shop)
    app.register_blueprint(health.bp)
    doors.install(app)
    app.teardown_request(lambda _error: shop.plugins.faults.end_request())
    if config.is_sandbox:
        app.register_blueprint(sandbox.blueprint(shop))
    access.check_routes(app)
    return app


def _opened(app: flask.Flask, config: Config) -> Shop:
    """The shop of a configuration, on the engine of :data:`orm`."""
    orm.init_app(app)
    with app.app_context():
        database = Database(config.database_url, engine=orm.engine, serves_people=True)
        shop = open_shop(config, database)
    try:
        check_schema(shop.database.engine)
    except BaseException:
        shop.close()
        raise
    return shop
