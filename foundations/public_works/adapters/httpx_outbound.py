"""Outbound HTTP over httpx2: the name is resolved once, every address is judged, and the connection goes to the one judged."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta

import httpx2

from symphainy.foundations.language.errors import Invalid, OutcomeUnknown, TooLarge, Unavailable
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundResponse
from symphainy.foundations.public_works.addresses import (
    Address,
    Target,
    address,
    is_allowed,
    is_public,
    parse_target,
    refusal,
)

Resolve = Callable[[str, int], Awaitable[list[str]]]
_SAFE = {"GET", "HEAD", "OPTIONS"}
_METHODS = _SAFE | {"POST", "PUT", "PATCH", "DELETE"}
# Ours to set: a caller's Host or length would make two servers read two different requests.
_OURS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
    "accept-encoding",
}
_HEADER_NAME = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")
_HEADER_VALUE = re.compile(r"^[\x20-\x7e\t]{0,8192}$")


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpxOutbound:
    """``OutboundHttp``. Connections are not kept: one made for a name must not serve another that shares its address."""

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        timeout: timedelta = timedelta(seconds=10),
        max_size: int = 1024 * 1024,
        resolve: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        map: Mapping[str, str] | None = None,
    ) -> None:
        """``map``: host, or host:port → address:port that is called in its place, without TLS; for development only."""
        self._map = {host.lower(): place for host, place in (map or {}).items()}
        self._allow, self._timeout, self._max_size, self._resolve = tuple(allow), timeout, max_size, resolve
        # trust_env=False: a proxy named in the environment would connect on our behalf, past the judgement.
        self._client = httpx2.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=None,
            verify=trust or True,
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=0),
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allow: Collection[str] = (),
        only: Collection[str] | None = None,
        safe: bool | None = None,
        timeout: timedelta | None = None,
        max_size: int | None = None,
    ) -> OutboundResponse:
        """Judge, call, and read the answer up to its limits."""
        target = parse_target(url)
        if only is not None and target.host not in {name.lower() for name in only}:
            raise refusal("it is not among the hosts that may be called", url)
        request = _headers(method, headers or {}, target)
        repeatable = method in _SAFE if safe is None else safe
        sent = False
        try:
            async with asyncio.timeout((timeout or self._timeout).total_seconds()):
                there, port = self._mapped(target)
                if there is None:
                    there = await self._judge(target, (*self._allow, *allow), url)
                sent = True  # from here on nobody knows what has arrived
                limit = self._max_size if max_size is None else max_size
                return await self._call(method, target, (there, port), request, body, limit)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unavailable(f"{target.host} cannot be reached: {type(error).__name__}") from error
        except (httpx2.TransportError, TimeoutError) as error:
            if repeatable or not sent:
                raise Unavailable(f"{target.host} does not answer: {type(error).__name__}") from error
            raise OutcomeUnknown(f"{target.host} was called and did not answer: {type(error).__name__}") from error

    def _mapped(self, target: Target) -> tuple[Address | None, int | None]:
        """Where the map sends a target; its port is None where the map does not name it."""
        place = self._map.get(f"{target.host}:{target.port}") or self._map.get(target.host)
        if place is None:
            return None, None
        host, _, port = place.rpartition(":")
        return address(host.strip("[]")), int(port)

    async def _judge(self, target: Target, allow: Collection[str], url: str) -> Address:
        literal = address(target.host)
        try:
            texts = [target.host] if literal else await self._resolve(target.host, target.port)
        except OSError:
            raise Unavailable(f"{target.host} has no address") from None
        found = [parsed for text in texts if (parsed := address(text)) is not None]
        if not found:
            raise Unavailable(f"{target.host} has no address")
        # All of them: a name with one private address is a trap, whichever would be taken today.
        if not all(is_public(one) or is_allowed(target, one, allow) for one in found):
            raise refusal("its address is not public", url)
        return found[0]

    async def _call(
        self,
        method: str,
        target: Target,
        place: tuple[Address, int | None],
        headers: dict[str, str],
        body: bytes | None,
        limit: int,
    ) -> OutboundResponse:
        there, mapped = place
        host = f"[{there}]" if there.version == 6 else str(there)
        scheme, port = (target.scheme, target.port) if mapped is None else ("http", mapped)
        request = self._client.build_request(
            method,
            f"{scheme}://{host}:{port}{target.path}",
            headers=headers,
            content=body,
            # The certificate is checked against the name, though we connect to the address.
            extensions={"sni_hostname": target.host} if scheme == "https" else {},
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise TooLarge(
                    f"{target.host} answers compressed though it was asked not to"
                )  # it could be of any size
            received = bytearray()
            async for piece in response.aiter_raw():
                received += piece
                if len(received) > limit:
                    raise TooLarge(f"the answer of {target.host} passes {limit:,} bytes", limit=limit)
        finally:
            await response.aclose()
        return OutboundResponse(response.status_code, dict(response.headers), bytes(received))

    async def close(self) -> None:
        """Close the client."""
        await self._client.aclose()


def _headers(method: str, given: Mapping[str, str], target: Target) -> dict[str, str]:
    if method not in _METHODS:
        raise Invalid(f"the method is one of {', '.join(sorted(_METHODS))}")
    for name, value in given.items():
        if not _HEADER_NAME.match(name) or not _HEADER_VALUE.match(value):
            raise Invalid(f"header {name[:50]!r} holds characters that a header does not")
        if name.lower() in _OURS:
            raise Invalid(f"header {name} is set by the platform")
    return {"user-agent": "symphainy", **given, "host": target.authority, "accept-encoding": "identity"}
