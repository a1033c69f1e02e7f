"""A TCP relay that cuts lines: what a bad network does, on purpose."""

import asyncio
from urllib.parse import urlsplit


class Relay:
    """Forwards connections to ``target`` and resets each after ``cut_after`` bytes of answer."""

    def __init__(self, target: str, cut_after: int) -> None:
        self.target, self.cut_after, self.cuts = urlsplit(target), cut_after, 0

    async def __aenter__(self) -> "Relay":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        self.server.close()

    async def _serve(self, reader, writer) -> None:
        up_reader, up_writer = await asyncio.open_connection(self.target.hostname, self.target.port)

        async def forward() -> None:
            while data := await reader.read(65_536):
                up_writer.write(data)
                await up_writer.drain()

        forwarding, left = asyncio.ensure_future(forward()), self.cut_after
        try:
            while left > 0 and (data := await up_reader.read(min(left, 100))):
                writer.write(data)
                left -= len(data)
                await writer.drain()
            if left <= 0:
                self.cuts += 1
        except OSError:
            pass
        finally:
            forwarding.cancel()
            for end in (writer, up_writer):
                end.transport.abort()
