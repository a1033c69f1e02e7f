"""Real servers for the runtime's tests: Temporal and Redis on free loopback ports, ended by their own process handles."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

TUNING = (
    "history.transferProcessorMaxPollRPS=5000",
    "history.timerProcessorMaxPollRPS=5000",
    "history.visibilityProcessorMaxPollRPS=5000",
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    "matching.useNewMatcher=true",
    "matching.enableFairness=true",
    "system.enableEagerWorkflowStart=true",
)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def temporal_binary() -> str:
    """Where the Temporal CLI is: TEMPORAL_CLI, the PATH, or Go's own bin folder."""
    named = os.environ.get("TEMPORAL_CLI") or shutil.which("temporal")
    default = Path.home() / "go" / "bin" / "temporal"
    if named is None and not default.exists():
        raise RuntimeError(
            "no Temporal CLI: set TEMPORAL_CLI, or go install github.com/temporalio/cli/cmd/temporal@v1.5.1"
        )
    return named or str(default)


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
    command = [temporal_binary(), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--db-filename", str(folder / "temporal.db"), "--log-level", "error"]
    command += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"]
    for setting in TUNING:
        command += ["--dynamic-config-value", setting]
    return Server(command, port, folder / "temporal.log")


def redis_server(folder: Path) -> Server:
    """A Redis server that keeps nothing on disk: losing it must lose nothing."""
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    return Server([*command, "--dir", str(folder)], port, folder / "redis.log")
