"""Two public test suites' workflows, each with what it must give: every entry that no contested point and no other runtime decides.

An entry is skipped only when the compiler refuses a construct of it by name, or the run would need a command that is not there.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest
from definitions.examples import ROOT, needs_examples
from support.live_driver import Live, Run
from support.stub_server import StubServer

from ctk.expectations import compare, stubs
from symphainy.foundations.definitions.compile import Compiled
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.errors import SymphainyError

pytestmark = needs_examples
REFUSED = {"LNK003", "LNK004"}
SECRETS = {"mySecret": b'{"username": "Javierito", "password": "Vicentito"}'}


def read(name: str) -> str:
    return (ROOT / name).read_text()


def entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load(read("expected.yaml")).value["cases"] if ROOT.is_dir() else []
    return [e for e in found if not e.get("contested") and e.get("portable", True)]


ALL = entries()


def name_of(entry: dict[str, Any]) -> str:
    return entry["file"].rpartition("/")[2].removesuffix(".yaml") + (f" ({entry['case']})" if "case" in entry else "")


def compiled(world: Live, file: str) -> Compiled:
    made = world.compile(read(file))
    if made.plan is None and {d.code for d in made.errors} <= REFUSED:
        pytest.skip(made.errors[0].message)
    assert made.plan is not None, made.errors
    return made


@pytest.mark.parametrize("entry", ALL, ids=name_of)
async def test_entry(entry: dict[str, Any]) -> None:
    if any("suspend" in command for command in entry.get("then", ())):
        pytest.skip("suspend and resume are no commands of a run yet")
    with StubServer() as server:
        stubs(server, entry, read)
        world = Live(server.map(), SECRETS)
        try:
            made = compiled(world, entry["file"])
            assert made.plan is not None
            for other in entry.get("workflows", ()):
                known = compiled(world, other).plan
                assert known is not None
                world.plans.append(known)
            with suppress(
                SymphainyError
            ):  # the first call of a process loads what later ones have: some limits are 50 ms
                await world.http.request("GET", f"http://127.0.0.1:{server.port}/warm", allow=["127.0.0.1"])
            server.asked.clear()
            began = time.monotonic()
            run = Run(world, made.plan, entry.get("input"))
            await asyncio.wait_for(follow(run, entry), 20)
            if entry["expect"]["status"] != "waiting":
                compare(entry["expect"], run, world, server.asked, time.monotonic() - began)
        finally:
            await world.close()


async def follow(run: Run, entry: dict[str, Any]) -> None:
    """Let it go, and do to it what the entry says."""
    task = run.task = asyncio.create_task(run.go())
    for command in entry.get("then", ()):
        await asyncio.sleep(0.05)
        assert command.get("cancel")
        run.cancel()
    if entry.get("events") or entry["expect"]["status"] == "waiting":
        await run.until_it_waits()
    for i, event in enumerate(entry.get("events", ())):
        await asyncio.sleep(event.pop("delay_ms", 0) / 1000)
        await run.until_it_waits()
        run.deliver({"specversion": "1.0", "id": f"e{i}", **event})
    if entry["expect"]["status"] == "waiting":
        task.cancel()
        return
    await task
