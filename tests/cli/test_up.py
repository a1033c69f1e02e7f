"""`symphainy up` as an operator meets it: the real command, real servers, kill -9 of everything."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from symphainy.cli.checks import free_port_base
from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.status import status

pytestmark = [pytest.mark.timeout(480), pytest.mark.heavy]


class Here:
    """A data folder with its own ports, and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.base = folder, free_port_base()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "symphainy.cli", *words]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SYMPHAINY_DATA_DIR": str(self.folder / "data"), "SYMPHAINY_PORT_BASE": str(self.base)}

    def up(self, *words: str) -> None:
        done = self.run("up", "--detach", *words)
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def status(self) -> dict[str, Any]:
        """What `symphainy status` says, without a process for each question."""
        return status(self.folder / "data")

    def process(self, name: str) -> ServiceNote:
        """As the supervisor notes it: cheaper than to ask the command line again and again."""
        found = Instance.load(self.folder / "data")
        assert found is not None
        note = found.note(name)
        assert note is not None
        return note

    def until(self, true: Callable[[], bool], patience: float = 120.0) -> None:
        deadline = time.monotonic() + patience
        while not true():
            assert time.monotonic() < deadline, self.status
            time.sleep(0.3)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    found = Here(tmp_path_factory.mktemp("up"))
    try:
        found.up("--workers", "2", "--experiences", "2")
        yield found
    finally:
        found.run("down")


def test_the_planes_come_up_in_the_order_of_document_001(here: Here) -> None:
    told = here.status
    assert told["state"] == "running"
    names = [p["name"] for p in told["processes"]]
    assert names == [
        "postgres", "redis", "temporal", "migrations", "worker-1", "worker-2", "relay", "solution", "experience-1", "experience-2",
    ]  # fmt: skip
    assert told["runtime"]["state"] == "alive and authoritative"
    assert len(told["smart_city"]["services"]) == 8
    assert [r["name"] for r in told["realms"]] == ["content", "insights", "journey", "solution"]
    log = (here.folder / "data" / "logs" / "up.log").read_text()
    stages = [line.split()[0] for line in log.splitlines() if re.match(r"[a-z]", line)]
    first = {stage: stages.index(stage) for stage in ("runtime", "smart", "realms", "solutions", "experience")}
    assert list(first.values()) == sorted(first.values())


def test_status_has_the_five_parts_and_four_realms_at_rest(here: Here) -> None:
    told = json.loads(here.run("status", "--json").stdout)
    assert told == json.loads(json.dumps(here.status))
    assert {"runtime", "smart_city", "realms", "agents", "experience"} <= set(told)
    assert [(r["name"], r["state"], r["activity"], r["steps"]) for r in told["realms"]] == [
        (name, "registered", "idle", 0) for name in ("content", "insights", "journey", "solution")
    ]
    assert {each["name"] for each in told["platform"]} == {"core", "smart_city"}
    assert told["agents"]["state"] == "available" and "insights.ask" in told["agents"]["names"]
    page = here.run("status").stdout
    sentences = (
        "1. Runtime is alive and authoritative", "2. Smart City is observing and governing", "3. Realms are registered but idle",
        "4. Agents are available as reasoning engines", "5. Experience can attach any front door",
    )  # fmt: skip
    assert [line for line in page.splitlines() if re.match(r"\d\. ", line)] == list(sentences)
    city = json.loads(here.run("status", "city", "--json").stdout)
    assert [each["service"] for each in city["roll"]] == told["smart_city"]["services"]
    assert {"bundle", "switches", "maintenance"} <= set(city)
    assert here.run("status", "village").returncode == 2


def test_status_tells_the_surfaces_that_are_bound_now(here: Here) -> None:
    solution = here.folder / "hello"
    (solution / "sagas").mkdir(parents=True)
    (solution / "solution.yaml").write_text(
        "name: hello\nversion: 1.0.0\nintents: {hello.greet: greet}\n"
        "bindings: [{surface: rest, name: greet, path: /greet, intent: hello.greet}]\n"
    )
    (solution / "sagas" / "greet.yaml").write_text(
        "document: {dsl: 1.0.3, namespace: hello, name: greet, version: 1.0.0}\ndo:\n  - greet:\n      set: {greeting: hi}\n"
    )
    plans = []
    client = here.folder / "data" / "client.yaml"
    try:
        for said, surfaces in (
            ("", [("rest", "greet")]),
            ("experience: {hello: {bind: [{surface: chat, name: desk, intent: hello.greet}]}}", [("rest", "greet"), ("chat", "desk")]),
        ):  # fmt: skip
            client.write_text(said)
            done = here.run("deploy", str(solution), "--json")
            assert done.returncode == 0, done.stdout + done.stderr
            plans.append(json.loads(done.stdout)["intents"])
            (found,) = here.status["experience"]["solutions"]
            assert found["name"] == "hello"
            assert sorted((s["surface"], s["name"]) for s in found["surfaces"]) == sorted(surfaces)
        assert plans[0] == plans[1]  # another front door, the same plans
        findings = json.loads(here.run("doctor", "--json").stdout)["findings"]
        checks = {f["check"]: f["verdict"] for f in findings if f["check"].startswith("client")}
        assert checks == {"client config": "ok", "client surfaces": "ok", "client solutions": "ok"}
    finally:
        client.unlink(missing_ok=True)


def test_nothing_listens_beyond_loopback(here: Here) -> None:
    import psutil

    ours = {p["pid"] for p in here.status["processes"] if p["pid"]}
    open_to = {
        c.laddr.ip
        for pid in ours
        for c in psutil.Process(pid).net_connections(kind="tcp")
        if c.status == psutil.CONN_LISTEN
    }
    assert open_to == {"127.0.0.1"}


def test_a_second_instance_is_refused(here: Here) -> None:
    done = here.run("up")
    assert done.returncode == 1
    assert "already runs" in done.stderr
    done = here.run("up", "--data-dir", str(here.folder / "other"))
    assert done.returncode == 1
    assert f"port {here.base}" in done.stderr
    assert "--port-base" in done.stderr


def test_doctor_finds_nothing_wrong(here: Here) -> None:
    done = here.run("doctor", "--json")
    told = json.loads(done.stdout)
    assert told["healthy"], told
    assert done.returncode == 0
    assert {f["check"] for f in told["findings"]} >= {
        "python", "packages", "disk", "redis", "temporal server", "temporal namespace", "search attributes", "temporal settings",
        "database", "schema", "clock",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["worker-1", "temporal", "postgres", "experience-1"])
def test_a_killed_process_comes_back(here: Here, name: str) -> None:
    before = here.process(name)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    here.until(lambda: here.process(name).state == "ready" and here.process(name).pid != before.pid)
    (told,) = [p for p in here.status["processes"] if p["name"] == name]
    assert (told["state"], told["restarts"]) == ("ready", before.restarts + 1)


def test_kill_9_of_everything_and_a_second_up_continues(here: Here) -> None:
    here.until(lambda: all(p["state"] in ("ready", "done") for p in here.status["processes"]))
    told = here.status
    supervisor = told["supervisor"]["pid"]
    everything = [supervisor, *(p["pid"] for p in told["processes"] if p["pid"])]
    os.kill(supervisor, signal.SIGKILL)
    here.until(lambda: here.status["state"] == "killed")  # a killed process lives until it is next scheduled
    for pid in everything[1::2]:  # half of them survive their supervisor
        with suppress(ProcessLookupError):  # it went with its supervisor
            os.kill(pid, signal.SIGKILL)
    here.up("--workers", "1")
    assert "left behind by an earlier supervisor" in (here.folder / "data" / "logs" / "up.log").read_text()
    assert all(ProcessIdentity.of(pid) is None for pid in everything)
    assert here.status["state"] == "running"


def test_down_ends_everything_and_says_so(here: Here) -> None:
    pids = [p["pid"] for p in here.status["processes"] if p["pid"]]
    done = here.run("down")
    assert done.returncode == 0
    assert done.stdout.startswith("stopped the instance")
    assert all(ProcessIdentity.of(pid) is None for pid in pids)
    assert here.status["state"] == "stopped"
    assert here.run("down").stdout.startswith("nothing runs")
