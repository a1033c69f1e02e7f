"""A whole platform for end-to-end tests: `symphainy up` with two workers and two Experience APIs behind one address, and the observer."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symphainy.cli.instance import Instance
from symphainy.foundations.experience import SymphainyClient

HERE = Path(__file__).parent
OBSERVER = HERE.parent.parent / "cli" / "chaos" / "observer.py"
PASSWORD = "correct horse battery staple"


def free_base(count: int = 7) -> int:
    """The first of ``count`` consecutive free ports."""
    for base in range(20_000 + os.getpid() * 10 % 10_000, 60_000, 10):
        try:
            for port in range(base, base + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise AssertionError("no free ports")


@dataclass
class Running:
    """A running instance."""

    data_dir: Path
    base: int
    faults: Path
    observer: str
    observer_pid: int
    environment: dict[str, str]

    @property
    def experience_url(self) -> str:
        return f"http://127.0.0.1:{self.base}"

    @property
    def solution_url(self) -> str:
        return f"http://127.0.0.1:{self.base + 1}"

    def client(self) -> SymphainyClient:
        """A client without a login."""
        return SymphainyClient(self.experience_url, self.solution_url)

    async def login(self, tenant: str | None = None, user: str = "ann") -> SymphainyClient:
        """A client of a user who now exists; a new tenant by default."""
        tenant = tenant or f"t{uuid.uuid4().hex[:10]}"
        client, email = self.client(), f"{user}@example.com"
        await client.register(tenant, email, PASSWORD)
        await client.login(tenant, email, PASSWORD)
        return client

    def cli(self, *arguments: str, check: bool = True, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run the command line against this instance."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "symphainy.cli", *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout
        )  # fmt: skip
        assert not check or done.returncode == 0, (
            f"{arguments}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        )
        return done

    def status(self) -> dict[str, Any]:
        return json.loads(self.cli("status", "--json", "--data-dir", str(self.data_dir), check=False).stdout)

    def pids(self, name: str) -> list[int]:
        """Processes whose name begins with ``name``, by the supervisor's own note."""
        found = Instance.load(self.data_dir)
        assert found is not None
        return [note.pid for note in found.services if note.name.startswith(name) and note.pid]

    def kill(self, name: str) -> list[int]:
        """kill -9 them."""
        pids = self.pids(name)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return pids

    def arm(self, moment: str) -> None:
        """The next worker that comes to this moment dies."""
        (self.faults / moment).touch()

    def armed(self, moment: str) -> bool:
        return (self.faults / moment).exists()

    def plan(self, **moments: list[int]) -> None:
        """Processes that the observer kills at its own moments."""
        self._ask("/plan", {"moments": moments})

    def ledger(self, execution: str = "") -> dict[str, list[Any]]:
        """Deliveries and effects that the observer saw, of one execution."""
        found = self._ask("/ledger")
        return {table: [row for row in rows if execution in row[0]] for table, rows in found.items()}

    def _ask(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.observer + path, data=json.dumps(body).encode() if body is not None else None
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def _environment(data_dir: Path, base: int, faults: Path) -> dict[str, str]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("SYMPHAINY_") or k == "SYMPHAINY_TEMPORAL_CLI"}
    mine["PYTHONPATH"] = str(HERE.parent)
    mine |= {
        "SYMPHAINY_REALMS": "support.ledger_realm:Manager,symphainy.cli.chaos.ledger:Manager",
        "SYMPHAINY_FAULT": str(faults),
    }
    mine |= {"SYMPHAINY_OUTBOUND_ALLOW": "127.0.0.1"}  # receivers of webhooks are on this machine
    return mine


def up(data_dir: Path, base: int, environment: dict[str, str], *, workers: int = 2, experiences: int = 2) -> None:
    """Start, and return when everything is ready."""
    command = ["up", "--data-dir", str(data_dir), "--port-base", str(base), "--detach"]
    command += ["--workers", str(workers), "--experiences", str(experiences)]
    done = subprocess.run(
        [sys.executable, "-P", "-m", "symphainy.cli", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@contextmanager
def instance(folder: Path, **options: int):
    """An instance with its observer, for the block."""
    data_dir, faults, base = folder / "data", folder / "faults", free_base()
    faults.mkdir()
    environment = _environment(data_dir, base, faults)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    observer = subprocess.Popen(
        [sys.executable, str(OBSERVER), str(port), str(folder / "observer.db")], stdout=subprocess.PIPE
    )
    try:
        assert observer.stdout is not None and observer.stdout.readline() == b"ready\n"
        up(data_dir, base, environment, **options)
        running = Running(data_dir, base, faults, f"http://127.0.0.1:{port}", observer.pid, environment)
        yield running
    finally:
        down = [sys.executable, "-P", "-m", "symphainy.cli", "down", "--data-dir", str(data_dir)]
        subprocess.run(down, env=environment, capture_output=True, timeout=120)
        observer.terminate()
        observer.wait(10)
        observer.stdout.close()


def until(holds: Any, seconds: float = 30.0, what: str = "it") -> None:
    """Wait until ``holds()``."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.1)
