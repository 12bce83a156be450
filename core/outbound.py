"""The one way to fetch or post to an address that somebody typed in.

A server that opens any address can be made to open the house's own. So: ``https`` only, the name is
looked up once and the connection goes to that very address, which must be a public one, no
redirects, limits of time and size. Hosts that the installation allows (``BANYAN_OUTBOUND_HOSTS``)
may be private and may be spoken to without TLS.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from core.kernel.errors import UpstreamError

MOST_BYTES = 64 * 1024
"""Most bytes of an answer that are read."""

_SECONDS, _CONNECT_SECONDS = 8.0, 3.0
_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Reply:
    """What the far side answered, with a status of success."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Outbound:
    """Posts to addresses outside.

    Args:
        hosts: ``host`` or ``host:port`` that may be private and plain.
    """

    hosts: frozenset[str] = frozenset()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post once.

        Raises:
            UpstreamError: the address may not be spoken to or the far side refused (permanent), or
                nobody answered in time.
        """
        parts = urlsplit(url)
        is_allowed = self._is_allowed(parts)
        if parts.scheme != "https" and not (is_allowed and parts.scheme == "http"):
            raise _refused("Only https:// addresses are spoken to.")
        host = parts.hostname or ""
        address = _address_of(host, _port_of(parts))
        if not is_allowed and not ipaddress.ip_address(address).is_global:
            raise _refused("%(host)s is not a public address.", host=host)
        return _send(parts, address, body, headers)

    def _is_allowed(self, parts: SplitResult) -> bool:
        host = parts.hostname or ""
        return bool({host, f"{host}:{_port_of(parts)}"} & self.hosts)


def _send(parts: SplitResult, address: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    import httpx  # some 20 ms of every start otherwise, for what few stores do

    pinned = f"[{address}]" if ":" in address else address
    url = parts._replace(netloc=f"{pinned}:{_port_of(parts)}", fragment="").geturl()
    sent = {**headers, "Host": parts.netloc.rpartition("@")[2], "User-Agent": "Banyan"}
    timeout = httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
    try:
        with (
            httpx.Client(timeout=timeout, trust_env=False) as client,
            client.stream(
                "POST",
                url,
                content=body,
                headers=sent,
                extensions={"sni_hostname": parts.hostname},
            ) as answer,
        ):
            read = b""
            for chunk in answer.iter_raw():
                read += chunk
                if len(read) > MOST_BYTES:
                    raise _refused("The answer is too long.")
    except httpx.HTTPError as error:
        raise _silent(type(error).__name__) from error
    if answer.status_code >= 500 or answer.status_code in _AGAIN:
        raise _silent(str(answer.status_code))
    if not answer.is_success:
        raise _refused("The far side refused: %(status)s.", status=answer.status_code)
    return Reply(answer.status_code, read)


def _port_of(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _refused("This is no address.") from error


def _address_of(host: str, port: int) -> str:
    """The first address of a name; the connection goes there, whatever the name says later."""
    if not host:
        raise _refused("This is no address.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _silent(type(error).__name__) from error
    return str(found[0][4][0]).partition("%")[0]


def _refused(message: str, **params: object) -> UpstreamError:
    return UpstreamError("outbound.refused", message, permanent=True, **params)


def _silent(why: str) -> UpstreamError:
    return UpstreamError(
        "outbound.silent", "The far side did not answer (%(why)s).", permanent=False, why=why
    )
