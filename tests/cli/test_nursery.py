"""The nursery: a forked process is like a started one, only that everything is loaded; without it things work, slowly."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from symphainy.cli.instance import Instance
from symphainy.cli.layout import Layout
from symphainy.cli.nursery import Nursery, possible
from symphainy.cli.service import Service, ready_line
from symphainy.cli.supervisor import Supervisor
from symphainy.foundations.language.errors import Unavailable

pytestmark = pytest.mark.skipif(not possible(), reason="this system cannot watch a process that is not its child")
Load = Literal["everything", "first", "nothing"]
TESTS = str(Path(__file__).parent.parent)
ENVIRONMENT = {**os.environ, "PYTHONPATH": TESTS, "SEEN": "yes"}


def service(name: str, **more: Any) -> Service:
    command = (sys.executable, "-P", "-m", "support.nursery_role", name)
    return Service(name, "runtime", command, ready_line(name), forked=True, **more)


@asynccontextmanager
async def supervised(
    folder: Path, *services: Service, load: Load = "everything"
) -> AsyncIterator[tuple[Supervisor, Nursery]]:
    Layout(folder).create()
    nursery = Nursery(folder / "logs" / "nursery.log", load=load)
    supervisor = Supervisor(Instance(str(folder), 7300, "127.0.0.1"), ENVIRONMENT, nursery=nursery)
    try:
        await supervisor.start([[each] for each in services])
        yield supervisor, nursery
    finally:
        await supervisor.stop()


async def until(true: Any) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_fork_has_its_own_environment_session_output_and_socket_and_everything_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        services = service("once", once=True), service("serve", listener=listener)
        async with supervised(tmp_path, *services) as (supervisor, _):
            done, note = supervisor.instance.services
            assert done.state == "done"
            assert note.pid is not None
            assert os.getsid(note.pid) == note.pid != os.getsid(0)
            assert (note.facts["seen"], note.facts["loaded"]) == ("yes", True)
            assert note.facts["more"][0] == "--fd"
            assert int(note.facts["more"][1]) > 2
    assert supervisor.instance.state == "stopped"
    assert supervisor.instance.survivors() == []


async def test_one_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"(?s)broken ended with exit code 7 while starting:.*the role is cursed"):
        async with supervised(tmp_path, service("broken"), load="nothing"):
            pass


async def test_a_killed_fork_is_forked_again_and_a_killed_nursery_costs_time_alone(tmp_path: Path) -> None:
    async with supervised(tmp_path, service("serve"), load="first") as (supervisor, nursery):
        note = supervisor.instance.services[0]
        first = note.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: note.state == "ready" and note.pid != first)
        assert note.facts["loaded"] is True
        assert '"signal SIGKILL"' in (tmp_path / "logs" / "supervisor.log").read_text()
        assert nursery._process is not None
        nursery._process.kill()
        second = note.pid
        assert second is not None
        await until(lambda: nursery._line is None)
        os.kill(second, signal.SIGKILL)
        await until(lambda: note.state == "ready" and note.pid not in (first, second))
        assert note.facts["loaded"] is False  # started anew: slower, and it works


async def test_what_is_forked_outlives_the_nursery(tmp_path: Path) -> None:
    nursery = Nursery(tmp_path / "nursery.log", load="nothing")
    nursery.start(ENVIRONMENT)
    with (tmp_path / "log").open("ab") as log:
        forked = await nursery.fork("support.nursery_role", ["serve"], ENVIRONMENT, (log.fileno(),))
    nursery.close()
    await asyncio.sleep(0.2)
    os.kill(forked.pid, 0)
    with pytest.raises(Unavailable, match="closed"):
        await nursery.fork("support.nursery_role", ["serve"], ENVIRONMENT, ())
    forked.send_signal(signal.SIGKILL)
    assert await asyncio.wait_for(forked.wait(), 10) == 255
    with pytest.raises(ProcessLookupError):
        forked.send_signal(signal.SIGTERM)
