"""Where an outbound connection goes: a name is resolved once, every address of it is judged, and the one judged is connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.addresses import Address, Target, address, is_allowed, is_public, refusal

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """The operator's list of private places that may be called, and the development map."""

    def __init__(
        self, *, allow: Collection[str] = (), resolve: Resolve = resolve, map: Mapping[str, str] | None = None
    ) -> None:
        """``map``: host, or host:port → address:port that is called in its place, without TLS; for development only."""
        self._map = {host.lower(): place for host, place in (map or {}).items()}
        self._allow, self._resolve = tuple(allow), resolve

    async def place(self, target: Target, url: str, allow: Collection[str] = ()) -> tuple[Address, int | None]:
        """The address to connect to, and the port where the map names one. Refused, Unavailable."""
        there, port = self.mapped(target)
        if there is None:
            there = await self._judge(target, (*self._allow, *allow), url)
        return there, port

    def mapped(self, target: Target) -> tuple[Address | None, int | None]:
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
