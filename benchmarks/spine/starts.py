"""How long things take to start: a platform whose data is there, ``validate``, and one API or worker without a nursery."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from spine.stage import REALM, Stage
from spine.table import Line
from symphainy.cli.chaos.grounds import SYMPHAINY, environment, free_ports
from symphainy.cli.instance import Instance

ROUNDS = 3


def starts(on: Stage) -> Iterator[Line]:
    """Row 9."""
    with tempfile.TemporaryDirectory(prefix="symphainy-start-") as folder:
        yield Line("9", "`symphainy up` on data that is there", _up(Path(folder) / "data"), unit="s", most=6.0)
    definition = str(Path(__file__).resolve().parents[2] / "solutions/first/sagas/ask.yaml")
    yield Line("9", "`symphainy validate`", _median([*SYMPHAINY, "validate", definition]), unit="s", most=0.5)
    yield Line("9", "Experience API, cold, until ready", _cold(on, "experience"), unit="s", most=3.0)
    yield Line("9", "worker, cold, until ready", _cold(on, "worker"), unit="s", most=5.0)


def _up(data_dir: Path) -> float:
    mine, where = environment(REALM), ["--data-dir", str(data_dir)]
    up = [*SYMPHAINY, "up", *where, "--port-base", str(free_ports()), "--detach"]
    taken = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        subprocess.run(up, env=mine, check=True, capture_output=True)
        taken.append(time.perf_counter() - begin)
        subprocess.run([*SYMPHAINY, "down", *where], env=mine, check=True, capture_output=True)
    return statistics.median(taken[1:])


def _median(command: list[str]) -> float:
    taken = []
    for _ in range(ROUNDS + 2):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[2:])


def _cold(on: Stage, role: str) -> float:
    """One more process beside the running platform's, as a container starts it."""
    running = Instance.running(on.data_dir)
    mine = {**on.environment, **running.environment, "SYMPHAINY_DATA_DIR": str(on.data_dir)}
    mine["SYMPHAINY_PORT_BASE"] = str(free_ports())
    return statistics.median(_until_ready(role, mine) for _ in range(ROUNDS))


def _until_ready(role: str, mine: Mapping[str, str]) -> float:
    command = [sys.executable, "-P", "-m", "symphainy.worker", "--role", role, "--replica", "9"]
    begin = time.perf_counter()
    with subprocess.Popen(command, env=dict(mine), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("{") and json.loads(line).get("ready") == role:
                    return time.perf_counter() - begin
            raise RuntimeError(f"{role} ended before it was ready")
        finally:
            process.terminate()
