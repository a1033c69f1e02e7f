"""A platform for the benchmarks, and the processes beside it: everything started here ends here."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symphainy.cli.chaos.grounds import environment, platform
from symphainy.cli.instance import Instance
from symphainy.foundations.public_works.adapters.postgres_logins import USERS, role_password
from symphainy.foundations.settings import Settings, ensure_master_key

REST = 5.0
"""Seconds before each side: what the one before has left to be done, such as histories to export, is done by then."""
BENCHMARKS = Path(__file__).resolve().parent.parent
REALM = "spine.realm:Manager"


@dataclass(frozen=True)
class Stage:
    """A running platform with the benchmarks' realm."""

    data_dir: Path
    environment: dict[str, str]

    @property
    def temporal(self) -> str:
        """Address of its server, which the bare side uses too."""
        return Instance.running(self.data_dir).environment["SYMPHAINY_TEMPORAL_ADDRESS"]

    @property
    def sql(self) -> str:
        """URL of its PostgreSQL, for the superuser: a peer gets a database of its own there."""
        url = (
            Instance.running(self.data_dir)
            .environment["SYMPHAINY_SQL_URL"]
            .replace("postgresql+asyncpg://", "postgresql://")
        )
        master = ensure_master_key(Settings(_env_file=None, data_dir=self.data_dir))  # type: ignore[call-arg]
        return url.replace(f"{USERS['owner']}@", f"postgres:{role_password(master, 'superuser')}@")

    def memory(self, name: str) -> float:
        """MB that the processes of this name hold now, shared pages counted once for each."""
        services = Instance.running(self.data_dir).services
        statm = [Path(f"/proc/{s.pid}/statm").read_text() for s in services if s.name.startswith(name) and s.pid]
        return sum(int(each.split()[1]) * os.sysconf("SC_PAGE_SIZE") for each in statm) / (1 << 20)

    def side(self, module: str, *arguments: str, timeout: float = 900) -> dict[str, Any]:
        """Run one side in its own process; the JSON object it prints."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", module, *arguments], env=self.environment, capture_output=True, text=True, timeout=timeout
        )  # fmt: skip
        told = done.stdout.strip().splitlines()
        if not told or not told[-1].startswith(
            "{"
        ):  # one that misses its bound ends with 1 and has its figures all the same
            raise RuntimeError(f"{module} {' '.join(arguments)}: exit {done.returncode}\n{done.stderr[-3000:]}")
        return dict(json.loads(told[-1]))

    def ours(self, document: str, **options: float) -> dict[str, Any]:
        """Our side with a document of ``spine.documents``."""
        time.sleep(REST)
        more = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return self.side("spine.ours", "--data-dir", str(self.data_dir), "--document", document, *more)

    def bare(self, steps: int, **options: float) -> dict[str, Any]:
        """The bare side with so many steps."""
        time.sleep(REST)
        more = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return self.side("spine.bare", "load", "--address", self.temporal, "--steps", str(steps), *more)


@contextmanager
def stage(workers: int = 2) -> Iterator[Stage]:
    """A platform of its own, in a folder of its own, for the block."""
    os.environ["PYTHONPATH"] = (
        f"{BENCHMARKS}:{BENCHMARKS.parent / 'tests'}"  # its processes find the benchmarks' realm there
    )
    with (
        tempfile.TemporaryDirectory(prefix="symphainy-bench-") as folder,
        platform(Path(folder), REALM, workers=workers) as data_dir,
    ):
        yield Stage(data_dir, environment(REALM))


@contextmanager
def bare_worker(on: Stage) -> Iterator[None]:
    """The bare side's worker, for the block."""
    command = [sys.executable, "-P", "-m", "spine.bare", "worker", "--address", on.temporal]
    with subprocess.Popen(command, env=on.environment, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline().strip() == "ready"
            yield
        finally:
            worker.kill()
