"""Outbound HTTP over httpx2: the name is resolved once, every address is judged, and the connection goes to the one judged."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Collection, Mapping
from datetime import timedelta
from functools import cache

import httpx2

from symphainy.foundations.language.errors import Answered, Invalid, OutcomeUnknown, TooLarge, Unavailable
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundResponse
from symphainy.foundations.public_works.adapters.outbound_guard import Guard, Resolve, resolve
from symphainy.foundations.public_works.addresses import Address, Target, parse_target, refusal

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


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the machine trusts, read once per process."""
    return httpx2.create_ssl_context(trust_env=False)


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
        self._guard = Guard(allow=allow, resolve=resolve, map=map)
        self._timeout, self._max_size = timeout, max_size
        # trust_env=False: a proxy named in the environment would connect on our behalf, past the judgement.
        self._client = httpx2.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=None,
            verify=trust or _trusted(),
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
                there, port = await self._guard.place(target, url, allow)
                sent = True  # from here on nobody knows what has arrived
                limit = self._max_size if max_size is None else max_size
                return await self._call(method, target, (there, port), request, body, limit)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unavailable(f"{target.host} cannot be reached: {type(error).__name__}") from error
        except (httpx2.TransportError, TimeoutError) as error:
            if repeatable or not sent:
                raise Unavailable(f"{target.host} does not answer: {type(error).__name__}") from error
            raise OutcomeUnknown(f"{target.host} was called and did not answer: {type(error).__name__}") from error

    def _request(
        self,
        method: str,
        target: Target,
        place: tuple[Address, int | None],
        headers: dict[str, str],
        body: bytes | None,
    ) -> httpx2.Request:
        there, mapped = place
        host = f"[{there}]" if there.version == 6 else str(there)
        scheme, port = (target.scheme, target.port) if mapped is None else ("http", mapped)
        return self._client.build_request(
            method,
            f"{scheme}://{host}:{port}{target.path}",
            headers=headers,
            content=body,
            # The certificate is checked against the name, though we connect to the address.
            extensions={"sni_hostname": target.host} if scheme == "https" else {},
        )

    async def _call(
        self,
        method: str,
        target: Target,
        place: tuple[Address, int | None],
        headers: dict[str, str],
        body: bytes | None,
        limit: int,
    ) -> OutboundResponse:
        request = self._request(method, target, place, headers, body)
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

    async def listen(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncGenerator[bytes]:
        """GET, and hand on line by line."""
        target = parse_target(url)
        given, rest = _headers("GET", headers or {}, target), b""
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                request = self._request("GET", target, await self._guard.place(target, url), given, None)
                response = await self._client.send(request, stream=True)
            try:
                if response.status_code >= 300:
                    raise Answered(
                        f"{target.host} answered {response.status_code}",
                        answer=response.status_code,
                        code="http_status",
                    )
                async for piece in response.aiter_raw():
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        yield line.removesuffix(b"\r")
                    if len(rest) > self._max_size:
                        raise TooLarge(f"a line of {target.host} passes {self._max_size:,} bytes", limit=self._max_size)
                if rest:
                    yield rest
            finally:
                await response.aclose()
        except (httpx2.TransportError, TimeoutError) as error:
            raise Unavailable(f"{target.host} does not answer: {type(error).__name__}") from error

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
