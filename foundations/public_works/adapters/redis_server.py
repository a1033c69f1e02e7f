"""A Redis or Valkey server from PATH, on loopback, for ``symphainy up``: nothing in it needs to survive."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

from symphainy.foundations.language.errors import Conflict, Unavailable
from symphainy.foundations.public_works.processes import end, is_alive
from symphainy.foundations.public_works.running import Running
from symphainy.foundations.settings import derive_key

PROGRAMS = ("valkey-server", "redis-server")
_READY_WITHIN = 10.0


class RedisServer:
    """Starts and stops a server of one data folder."""

    @staticmethod
    def program() -> str | None:
        """The server on PATH, or None."""
        return next((found for name in PROGRAMS if (found := shutil.which(name))), None)

    @classmethod
    async def start(cls, data_dir: Path, port: int, master_key: bytes) -> Running:
        """Start on ``127.0.0.1:port``, or adopt the one that a killed supervisor left there.

        Unavailable when there is no program or it does not come up; Conflict when somebody else has the port.
        """
        return await asyncio.to_thread(
            _start, (data_dir / "redis").resolve(), port, derive_key(master_key, "redis").hex()
        )


def _start(folder: Path, port: int, password: str) -> Running:
    program = RedisServer.program()
    if program is None:
        raise Unavailable(
            "neither valkey-server nor redis-server is on PATH", remedy="install one, or set SYMPHAINY_REDIS_URL"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    pid_file = folder / "server.pid"
    said = _ask(port, password)
    if said is None:
        process = _launch(program, folder, port, password)
        _wait(process, port, password, folder)
    elif said and pid_file.exists():
        process = psutil.Process(int(pid_file.read_text()))
    else:
        raise Conflict(f"port {port} is taken", remedy="choose another SYMPHAINY_PORT_BASE")

    async def stop() -> None:
        await asyncio.to_thread(end, process)

    return Running(f"redis://:{password}@127.0.0.1:{port}/0", stop, Path(program).name, lambda: is_alive(process))


def _launch(program: str, folder: Path, port: int, password: str) -> psutil.Process:
    # In a file of our own, not on the command line: a password there is everybody's to read.
    settings = folder / "server.conf"
    settings.touch(mode=0o600)
    settings.chmod(0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {_quoted(folder)}\npidfile {_quoted(folder / 'server.pid')}\n"
        'save ""\nappendonly no\ndaemonize no\nprotected-mode yes\n'
        # Counters and caches only: at the limit the least used go, instead of every write failing.
        "maxmemory 256mb\nmaxmemory-policy allkeys-lru\n"
    )
    with (folder / "server.log").open("ab") as log:
        # A session of its own: an interrupt from the keyboard must reach the supervisor alone, which stops things in order.
        process: psutil.Process = psutil.Popen(
            [program, str(settings)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    (folder / "server.pid").write_text(str(process.pid))
    return process


def _wait(process: psutil.Process, port: int, password: str, folder: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and is_alive(process):
        if _ask(port, password):
            return
        time.sleep(0.02)
    end(process)
    raise Unavailable("the Redis server does not come up", remedy=f"see {folder / 'server.log'}")


def _ask(port: int, password: str) -> bool | None:
    """None: nobody listens; True: ours answers; False: somebody else does."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            got = b""
            while got.count(b"\r\n") < 2 and (piece := connection.recv(256)):
                got += piece
            return got == b"+OK\r\n+PONG\r\n"
    except ConnectionRefusedError:
        return None
    except OSError:
        return False


def _quoted(path: Path) -> str:
    return '"' + os.fspath(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
