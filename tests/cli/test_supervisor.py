"""The supervisor with real processes: small ones, so that what is tested is the supervisor."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.layout import Layout
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.service import Act, Service, ready_line
from symphainy.cli.status import status
from symphainy.cli.supervisor import Supervisor
from symphainy.foundations.language.errors import Unavailable

SERVE = """
import json, os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
sys.stdout.write(json.dumps({"ready": sys.argv[1], "seen": os.environ.get("SEEN")}) + "\\n"); sys.stdout.flush()
time.sleep(600)
"""


def service(name: str, code: str = SERVE, **more: Any) -> Service:
    return Service(name, "runtime", (sys.executable, "-c", code, name), ready_line(name), **more)


@pytest.fixture
def note(tmp_path: Path) -> Instance:
    Layout(tmp_path).create()
    return Instance(str(tmp_path), 7300, "127.0.0.1")


@asynccontextmanager
async def supervised(
    note: Instance, *services: Service, told: Callable[[ServiceNote], None] = lambda _: None
) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(note, {**os.environ, "SEEN": "yes"}, told)
    try:
        await supervisor.start([[service] for service in services])
        yield supervisor
    finally:
        await supervisor.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


async def test_they_start_in_order_and_end_in_reverse(note: Instance) -> None:
    said: list[tuple[str, str]] = []
    async with supervised(note, service("one"), service("two"), told=lambda n: said.append((n.name, n.state))):
        assert note.state == "running"
        assert [s.facts["seen"] for s in note.services] == ["yes", "yes"]
        pids = [s.pid for s in note.services]
    assert said == [("one", "ready"), ("two", "ready"), ("two", "stopped"), ("one", "stopped")]
    assert all(pid is not None and ProcessIdentity.of(pid) is None for pid in pids)
    assert note.state == "stopped"


async def test_a_wave_starts_together_and_its_first_failure_ends_the_waiting(note: Instance) -> None:
    slow = SERVE.replace("sys.stdout.write(", "time.sleep(0.5); sys.stdout.write(", 1)
    supervisor = Supervisor(note, dict(os.environ))
    began = asyncio.get_running_loop().time()
    await supervisor.start([[service(f"slow-{n}", slow) for n in range(4)]])
    assert asyncio.get_running_loop().time() - began < 1.9
    await supervisor.stop()
    broken = Instance(note.data_dir, 7300, "127.0.0.1")
    supervisor = Supervisor(broken, dict(os.environ))
    silent = service("silent", "import time; time.sleep(600)", stop_patience=1.0)
    with pytest.raises(Unavailable, match="broken ended with exit code 9"):
        await supervisor.start([[silent, service("broken", "import sys; sys.exit(9)")]])
    await supervisor.stop()
    assert broken.survivors() == []


async def test_each_leads_a_session_of_its_own(note: Instance) -> None:
    async with supervised(note, service("one")):
        pid = note.services[0].pid
        assert pid is not None
        assert os.getsid(pid) == pid != os.getsid(0)


async def test_a_killed_process_is_started_again_and_counted(note: Instance) -> None:
    async with supervised(note, service("one"), service("two")):
        first = note.services[0]
        killed = first.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: first.state == "ready" and first.pid != killed)
        assert first.restarts == 1
        assert note.services[1].restarts == 0
        on_disk = status(Path(note.data_dir))["processes"][0]
        assert (on_disk["pid"], on_disk["restarts"]) == (first.pid, 1)


async def test_one_that_cannot_live_is_retried_ever_more_slowly(note: Instance, tmp_path: Path) -> None:
    once = SERVE.replace(
        "time.sleep(600)", f"open({str(tmp_path / 'starts')!r}, 'a').write('x'); time.sleep(0.2); sys.exit(3)"
    )
    async with supervised(note, service("one", once)):
        await asyncio.sleep(2.5)
        starts = len((tmp_path / "starts").read_text())
    assert 2 <= starts <= 6, f"{starts} starts in 2.5 s: 0.1, 0.2, 0.4, 0.8 s lie between them"


async def test_an_end_while_starting_is_told_with_its_last_words(note: Instance) -> None:
    broken = "import sys; sys.stderr.write('the port is cursed\\n'); sys.exit(7)"
    with pytest.raises(Unavailable, match=r"(?s)two ended with exit code 7 while starting:.*the port is cursed"):
        async with supervised(note, service("one"), service("two", broken)):
            pass
    assert note.services[0].state == "stopped"
    assert not any(s.identity and s.identity.alive for s in note.services)


async def test_one_that_never_gets_ready_is_given_up(note: Instance) -> None:
    silent = "import time; time.sleep(600)"
    with pytest.raises(Unavailable, match=r"was not ready within 0 s"):
        async with supervised(note, service("one", silent, start_patience=0.4, stop_patience=1.0)):
            pass
    assert not any(s.identity and s.identity.alive for s in note.services)


async def test_one_that_does_not_listen_is_ended_all_the_same(note: Instance) -> None:
    deaf = SERVE.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
    async with supervised(note, service("one", deaf, stop_patience=0.3)):
        pid = note.services[0].pid
    assert pid is not None
    assert ProcessIdentity.of(pid) is None


async def test_a_step_that_runs_once_must_end_well(note: Instance) -> None:
    step = """import json, sys; sys.stdout.write(json.dumps({"ready": "schema", "head": "0007"}) + "\\n")"""
    async with supervised(note, service("schema", step, once=True), service("one")):
        assert note.services[0].state == "done"
        assert note.services[0].facts["head"] == "0007"
    failing = Instance(note.data_dir, 7300, "127.0.0.1")
    with pytest.raises(Unavailable, match="schema ended with exit code 1"):
        async with supervised(failing, service("schema", "import sys; sys.exit(1)", once=True)):
            pass


async def test_what_is_done_in_between_knows_what_came_before(note: Instance) -> None:
    seen: dict[str, str] = {}

    async def act(environment: Mapping[str, str]) -> dict[str, Any]:
        seen.update(environment)
        return {"head": "0007"}

    supervisor = Supervisor(note, {"SEEN": "yes"})
    await supervisor.start([[Act("schema", act)], [service("one")]])
    assert seen == {"SEEN": "yes"}
    assert [(s.state, s.facts.get("head")) for s in note.services] == [("done", "0007"), ("ready", None)]
    await supervisor.stop()


async def test_two_processes_serve_one_address(note: Instance) -> None:
    accept = SERVE.replace("time.sleep(600)", """
import socket
shared = socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
shared.setblocking(True)
while True:
    line, _ = shared.accept()
    line.sendall(str(os.getpid()).encode()); line.close()
""")  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        both = [service(f"api-{n}", accept, listener=listener) for n in (1, 2)]
        async with supervised(note, *both):
            answered = set()
            for _ in range(40):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                answered.add(int(await reader.read()))
                writer.close()
                await writer.wait_closed()
            assert answered <= {s.pid for s in note.services}
            pid = note.services[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            while ProcessIdentity.of(pid) is not None:  # until then it may still take a connection with it
                await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)  # the other one, or the next one, answers
            assert await asyncio.wait_for(reader.read(), 10)
            writer.close()
            await writer.wait_closed()


async def test_its_log_is_json_and_tells_the_story(note: Instance) -> None:
    async with supervised(note, service("one")):
        pass
    lines = [json.loads(line) for line in (Path(note.data_dir) / "logs" / "supervisor.log").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["started", "ready", "running", "stopped", "stopped"]


async def test_children_go_on_when_the_supervisor_is_killed(note: Instance, tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
sys.argv = ["x"]
from pathlib import Path
from symphainy.cli.instance import Instance
from symphainy.cli.service import Act, Service, ready_line
from symphainy.cli.supervisor import Supervisor
async def main():
    supervisor = Supervisor(Instance({str(tmp_path)!r}, 7300, "127.0.0.1"), {{}})
    await supervisor.start([[Service("one", "runtime", ({sys.executable!r}, "-c", {SERVE!r}, "one"), ready_line("one"))]])
    sys.stdout.write("up\\n"); sys.stdout.flush()
    await asyncio.sleep(600)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-P", "-c", script, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    process.kill()
    await process.wait()
    found = Instance.load(tmp_path)
    assert found is not None
    assert not found.alive
    assert [s.name for s in found.survivors()] == ["one"]
    from symphainy.cli.down import end_survivors

    assert "left behind" in (await asyncio.to_thread(end_survivors, tmp_path))[0]
    assert found.survivors() == []
