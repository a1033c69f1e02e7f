"""Real servers for the runtime's tests: Temporal and Redis on free loopback ports, ended by their own process handles."""

import socket
import subprocess
import time
from pathlib import Path

from symphainy.cli.temporal import DYNAMIC, PRAGMAS
from symphainy.cli.temporal_binary import find


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One child process that listens on ``port``; ``kill`` is a crash, ``start`` brings it back with the same data."""

    def __init__(self, command: list[str], port: int, log: Path) -> None:
        self.command, self.port, self.log = command, port, log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Start it and wait until it accepts connections."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"{self.command[0]} did not start: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def temporal_server(folder: Path) -> Server:
    """An embedded Temporal server, tuned as the platform tunes it, without the Web UI."""
    port = free_port()
    command = [str(find()), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--db-filename", str(folder / "temporal.db"), "--log-level", "error"]
    for pragma in PRAGMAS:
        command += ["--sqlite-pragma", pragma]
    for setting in DYNAMIC:
        command += ["--dynamic-config-value", setting]
    return Server(command, port, folder / "temporal.log")


def redis_server(folder: Path) -> Server:
    """A Redis server that keeps nothing on disk: losing it must lose nothing."""
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    return Server([*command, "--dir", str(folder)], port, folder / "redis.log")
