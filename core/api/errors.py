"""Errors that plugins raise: the same family as the trunk's, mapped to a status at the edge once.

``message`` is an English catalogue entry with ``%(name)s`` places, ``params`` fill them. A
``check_*`` hook refuses by raising :class:`Rejected`; anything else it raises is a fault of the
plugin.
"""

from core.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvariantError,
    NotFound,
    PluginError,
    RateLimited,
    Rejected,
    ShopError,
    SignInRequired,
    UpstreamError,
)

__all__ = [
    "Conflict",
    "Forbidden",
    "InvalidInput",
    "InvariantError",
    "NotFound",
    "PluginError",
    "RateLimited",
    "Rejected",
    "ShopError",
    "SignInRequired",
    "UpstreamError",
]
