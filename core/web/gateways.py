"""Payment gateways of this installation: the trunk's own and those of plugins that take part."""

from typing import cast

import flask

from core.host.ports import gateways_of
from core.payments.gateways import Gateway, GatewayRegistry
from core.web import context

_KEY = "banyan.gateways"


def add_gateway(app: flask.Flask, gateway: Gateway) -> None:
    """Add one of the trunk's own gateways; called while the application is composed."""
    own(app).append(gateway)


def own(app: flask.Flask) -> list[Gateway]:
    """The trunk's own gateways."""
    return cast("list[Gateway]", app.extensions.setdefault(_KEY, []))


def gateways() -> GatewayRegistry:
    """Every way to pay now."""
    return gateways_of(context.shop(), own(flask.current_app))
