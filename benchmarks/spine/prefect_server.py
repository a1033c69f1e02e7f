"""Prefect's server, in the environment of its own, on a database of the platform's PostgreSQL.

On its SQLite the same flows took eight times as long: that would say more of SQLite than of Prefect.
"""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN = 240
"""Seconds. 23 to 26 on two busy cores: it imports, and migrates an empty database."""


def borrowed(python: Path) -> dict[str, str]:
    """Settings of a database under which PostgreSQL 18 finds pg_trgm in the peer's environment.

    Prefect wants the extension, the embedded server comes without it, and another wheel has it for the same major version.
    """
    (other,) = python.parent.parent.glob("lib/*/site-packages/pgserver/pginstall")
    return {
        "extension_control_path": f"$system:{other}/share/postgresql",
        "dynamic_library_path": f"$libdir:{other}/lib/postgresql",
    }


@contextmanager
def prefect_server(python: Path, url: str) -> Iterator[dict[str, str]]:
    """The server, for the block: the environment in which its clients run. It tells nobody that it does."""
    port = 4200 + os.getpid() % 1000
    api = f"http://127.0.0.1:{port}/api"
    quiet = {"PREFECT_HOME": str(python.parent.parent / "home"), "DO_NOT_TRACK": "1"}
    mine = {
        **os.environ, **quiet, "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_API_DATABASE_CONNECTION_URL": url.replace("postgresql://", "postgresql+asyncpg://"),
    }  # fmt: skip
    command = [str(python), "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=mine, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(server, f"{api}/health")
            yield {**quiet, "PREFECT_API_URL": api}
        finally:
            server.terminate()


def _wait(server: "subprocess.Popen[bytes]", health: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(health, timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError(f"Prefect's server did not answer within {STARTS_WITHIN} s (exit {server.returncode})")
