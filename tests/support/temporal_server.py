"""A real, tuned Temporal server for tests: on free loopback ports, file-backed, ended with the fixture."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from temporalio.client import Client

from symphainy.cli.temporal import DYNAMIC, ENVIRONMENT, PRAGMAS
from symphainy.cli.temporal_binary import find


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def command(port: int, folder: Path) -> list[str]:
    """The server's command line."""
    made = [
        str(find()),
        "server",
        "start-dev",
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
        "--headless",
        "--log-level",
        "error",
    ]
    made += ["--db-filename", str(folder / "temporal.db")]
    for pragma in PRAGMAS:
        made += ["--sqlite-pragma", pragma]
    for value in DYNAMIC:
        made += ["--dynamic-config-value", value]
    for name in ("Status", "Compensation", "Tenant", "Intent", "Definition"):
        made += ["--search-attribute", f"{name}=Keyword"]
    return made


@contextmanager
def temporal_server(folder: Path) -> Iterator[str]:
    """Run a server for the block; gives its address."""
    port = free_port()
    process = subprocess.Popen(
        command(port, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | ENVIRONMENT
    )
    try:
        with ThreadPoolExecutor(1) as thread:  # also where a loop runs already
            thread.submit(lambda: asyncio.run(_ready(f"127.0.0.1:{port}"))).result()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def _ready(address: str) -> None:
    for _ in range(200):
        try:
            client = await Client.connect(address)
            await client.service_client.check_health()
            return
        except RuntimeError:
            await asyncio.sleep(0.05)
    raise TimeoutError(f"no Temporal server at {address}")
