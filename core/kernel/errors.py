"""The one family of errors. Each carries a stable code and a translatable sentence.

``message`` is an English catalogue entry with ``%(name)s`` places; ``params`` fills them. The edge
(web, CLI) translates and maps the class to a status once. Nothing else in the product returns
failure as a value.
"""

from typing import Any


class ShopError(Exception):
    """Root of every error the product raises on purpose.

    Args:
        code: stable dotted identifier, such as ``stock.short``; never shown as the message.
        message: sentence in English, the key of its translations.
        params: values for the sentence's places.
    """

    status = 500
    keeps_writes = False
    """Whether the unit of work it ends is committed all the same: a wrong code must count."""

    def __init__(self, code: str, message: str, **params: Any) -> None:
        self.code = code
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class Rejected(ShopError):
    """The request is understood and refused; the user can act on the sentence."""

    status = 422


class InvalidInput(Rejected):
    """A single field is wrong; ``params["field"]`` names it."""


class InvalidForm(Rejected):
    """Several fields are wrong; ``reasons`` holds each one's own error."""

    def __init__(self, reasons: tuple[InvalidInput, ...]) -> None:
        self.reasons = reasons
        text = " ".join(str(reason) for reason in reasons)
        super().__init__("form.invalid", "%(reasons)s", reasons=text)


class WrongSecret(Rejected):
    """A wrong code or password. What was written (a count of tries) stays; nothing else was."""

    keeps_writes = True


class NotFound(ShopError):
    """There is no such thing, or not for this user: the two are never told apart."""

    status = 404


class Forbidden(ShopError):
    """Signed in, but without the right."""

    status = 403


class SignInRequired(ShopError):
    """Nobody is signed in and the route needs somebody."""

    status = 401


class RateLimited(ShopError):
    """Too many tries; ``params["retry_after"]`` is in seconds."""

    status = 429


class Conflict(ShopError):
    """Stale or duplicate: what the user saw is no longer so."""

    status = 409


class UpstreamError(ShopError):
    """A gateway or channel failed. ``permanent`` tells whether trying again can help."""

    status = 502

    def __init__(self, code: str, message: str, *, permanent: bool, **params: Any) -> None:
        self.permanent = permanent
        super().__init__(code, message, **params)


class InvariantError(ShopError):
    """Our own bug: something that must always hold does not. Alerted, never caught."""


class PluginError(ShopError):
    """A plugin broke its contract; the host names it and goes on without it."""


class ConfigError(ShopError):
    """The installation is configured wrongly; the process refuses to start and says which value."""
