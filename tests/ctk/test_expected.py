"""Two public test suites' workflows, each with what it must give: every entry that no contested point and no other runtime decides.

An entry is skipped only when the compiler refuses a construct of it by name, or the run would need a command that is not there.
"""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from definitions.examples import ROOT, needs_examples
from support.live_driver import Live, Run
from support.stub_server import StubServer

from ctk.expectations import LIFECYCLE, compare, grpc_stubs, stubs
from symphainy.foundations.definitions.beside import laid_in
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


def with_files(file: str) -> str:
    """The document with the files that it names laid in, as ``symphainy run`` does: their samples start from the suite's folder."""
    text = read(file)
    folder = ROOT / file.split("/")[0]
    document = load(text).value
    made = laid_in(document, lambda path: (folder / path).read_bytes() if (folder / path).is_file() else None)
    return text if made == document else json.dumps(made)


def asking(text: str, entry: dict[str, Any]) -> str:
    """The document, asking for lifecycle events where the entry states some."""
    if not any(event["type"].startswith(LIFECYCLE) for event in entry["expect"].get("events", ())):
        return text
    document = load(text).value
    document["document"]["metadata"] = {"lifecycle": "tasks"}
    return json.dumps(document)


def compiled(world: Live, file: str, entry: dict[str, Any] | None = None) -> Compiled:
    made = world.compile(asking(with_files(file), entry or {"expect": {}}))
    if made.plan is None and {d.code for d in made.errors} <= REFUSED:
        pytest.skip(made.errors[0].message)
    assert made.plan is not None, made.errors
    return made


@pytest.mark.parametrize("entry", ALL, ids=name_of)
async def test_entry(entry: dict[str, Any]) -> None:
    with StubServer() as server, grpc_stubs(entry, ROOT) as rpc:
        stubs(server, entry, read)
        world = Live({**server.map(), **rpc}, SECRETS)
        try:
            made = compiled(world, entry["file"], entry)
            assert made.plan is not None
            # An attempt's limit of 50 ms says which comes first, the limit or the answer; a busy machine needs more to show that.
            stretch = (
                10
                if '"attempt"' in json.dumps(made.plan.document) and '"milliseconds"' in json.dumps(made.plan.document)
                else 1
            )
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
            run = Run(world, made.plan, entry.get("input"), stretch=stretch)
            await asyncio.wait_for(follow(run, entry), 20)
            if entry["expect"]["status"] not in ("waiting", "suspended"):
                compare(entry["expect"], run, world, server.asked, time.monotonic() - began)
        finally:
            await world.close()


async def follow(run: Run, entry: dict[str, Any]) -> None:
    """Let it go, and do to it what the entry says."""
    task = run.task = asyncio.create_task(run.go())
    for command in entry.get("then", ()):
        await asyncio.sleep(0.05)
        (verb,) = set(command) & {"cancel", "suspend", "resume"}
        getattr(run, verb)()
        if command["status"] == "suspended":
            await asyncio.sleep(0.4)
            assert run.suspended and not task.done(), "the wait is long over, and the task behind it must not begin"
            assert run.machine.ran == ["waitABit"] or len(run.machine.ran) <= 1, run.machine.ran
    if entry.get("events") or entry["expect"]["status"] == "waiting":
        await run.until_it_waits()
    for i, event in enumerate(entry.get("events", ())):
        await asyncio.sleep(event.pop("delay_ms", 0) / 1000)
        await run.until_it_waits()
        run.deliver({"specversion": "1.0", "id": f"e{i}", **event})
    if entry["expect"]["status"] in ("waiting", "suspended"):
        task.cancel()
        return
    await task
