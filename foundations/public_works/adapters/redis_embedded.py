"""The last resort of ``symphainy up``: a Redis that lives in the supervisor's own process. Development only, nothing persists."""

import asyncio
import threading

from fakeredis import TcpFakeServer

from symphainy.foundations.language.errors import Conflict
from symphainy.foundations.public_works.running import Running


class _Server(TcpFakeServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, server_type="redis")
        self.daemon_threads = True  # the base sets it per object: a client that stays must not hold up the end


class EmbeddedRedis:
    """Starts and stops the in-process server."""

    @classmethod
    async def start(cls, port: int = 0) -> Running:
        """Listen on ``127.0.0.1:port`` (0: a free one). Conflict when the port is taken."""
        try:
            server = _Server(("127.0.0.1", port))
        except OSError as error:
            raise Conflict(f"port {port} is taken", remedy="choose another SYMPHAINY_PORT_BASE") from error
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="redis-embedded", daemon=True
        )
        thread.start()

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join(5)

        url = f"redis://127.0.0.1:{server.server_address[1]}/0"
        return Running(url, lambda: asyncio.to_thread(end), "in-process Redis (development only)", thread.is_alive)
