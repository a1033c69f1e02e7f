"""``symphainy demo``: the reference flow on a real platform, as a customer's program would do it: over HTTP, with the client library.

Upload a document and name the nine steps of the reference flow, upload two more, watch them become semantic-ready, ask a
question, get an answer whose every claim cites exact characters.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.instance import Instance
from symphainy.cli.nine_steps import nine
from symphainy.cli.output import interactive, say
from symphainy.cli.timeline import event_line
from symphainy.cli.up import Options, ended_by_sigterm, instance
from symphainy.foundations.experience import Result, SymphainyClient
from symphainy.foundations.language.errors import NotFound, SymphainyError, from_problem
from symphainy.foundations.language.records import Event
from symphainy.foundations.settings import Settings

SOLUTION = Path(__file__).resolve().parent.parent / "solutions" / "first"
QUESTION = "How many days do I have to report a claim?"
PATIENCE = 120.0
"""Seconds for one step of the flow. Parsing three small documents takes about two."""


def demo(settings: Settings) -> int:
    """Run it. In a terminal the platform stays until Ctrl-C; without one, what was started is ended."""
    if not (SOLUTION / "solution.yaml").is_file():
        raise NotFound(f"The demo's solution is not at {SOLUTION}: run it from a clone of the repository.")
    ended_by_sigterm(_demo(settings))
    return 0


async def _demo(settings: Settings) -> None:
    async with _platform(settings) as running:
        async with signed_in(running, Credentials.fresh("demo", "demo@demo.invalid")) as platform:
            await _flow(platform, running)
        if interactive() and running.supervisor.pid:
            say("\nThe platform stays up. Ctrl-C ends it.")
            await _until_interrupted()


@asynccontextmanager
async def _platform(settings: Settings) -> AsyncIterator[Instance]:
    """The instance that runs with these settings, left alone afterwards; else one of our own, ended afterwards."""
    found = Instance.load(settings.data_dir.resolve())
    if found is not None and found.alive and found.state == "running":
        say(f"using the instance of {found.data_dir}")
        yield found
        return
    async with instance(settings, Options(), tell=say) as running:
        yield running


async def _flow(platform: SymphainyClient, running: Instance) -> None:
    first, *others = sorted((SOLUTION / "knowledge").iterdir())
    await _reference(platform, first)
    say(f"\nDeploying {SOLUTION.name} …")
    created = await platform.solution.create(SOLUTION)
    solution = await platform.solution.deploy(created.name, created.version)
    say(f"  {solution.name} {solution.version}")
    for path in others:
        say(f"\nUploading {path.name} ({path.stat().st_size:,} bytes) …")
        uploaded = await platform.upload(path)
        await _timeline(platform, uploaded.execution_id)
        _completed(await platform.result(uploaded.execution_id, wait=PATIENCE))
    say(f"\nAsking: {QUESTION}")
    asked = await platform.submit("first.ask", {"question": QUESTION}, solution=solution.name)
    await _timeline(platform, asked.execution_id)
    result = await platform.result(asked.execution_id, wait=PATIENCE)
    _answer(_completed(result))
    await _addresses(platform, running, asked.execution_id)


async def _reference(platform: SymphainyClient, path: Path) -> None:
    """The first upload, told by the names of the reference flow."""
    say(
        f"\nUploading {path.name} ({path.stat().st_size:,} bytes): the reference flow (UTC; the session opened at login)"
    )
    sent = datetime.now(UTC)
    uploaded = await platform.upload(path)
    async with asyncio.timeout(PATIENCE):
        events = [event async for event in platform.watch(uploaded.execution_id)]
    _completed(await platform.result(uploaded.execution_id, wait=PATIENCE))
    execution = await platform.execution(uploaded.execution_id)
    session = await platform.session(uploaded.session_id)
    for line in nine(sent, uploaded, session, events, execution):
        say(line)


async def _timeline(platform: SymphainyClient, execution_id: str) -> None:
    first: Event | None = None
    async with asyncio.timeout(PATIENCE):
        async for event in platform.watch(execution_id):
            first = first or event
            say(f"  {event_line(event, first.time)}")


def _completed(result: Result) -> Any:
    if result.status != "completed":
        error: SymphainyError = from_problem(result.error) if result.error else NotFound(f"it ended {result.status}")
        raise error
    return result.output


def _answer(output: dict[str, Any]) -> None:
    if not output["answered"] or not output["citations"]:
        reasons = "; ".join(output["reasons"]) or "no reason given"
        raise NotFound(f"The demo's question was not answered from its documents ({reasons}), so something is wrong.")
    say(f"\nAnswer: {output['answer']}")
    for citation in output["citations"]:
        say(f"  {cited(citation)}")
        say(f"  “{citation['quote']}”")


def cited(citation: Mapping[str, Any]) -> str:
    """Where a claim stands: document, page, characters.

    >>> cited({"title": "Policy", "document": "doc_1", "page": 4, "start": 5, "end": 9, "sha256": "0" * 64})
    'Policy, page 4, characters 5 to 9 (sha256 000000000000…)'
    """
    page = f", page {citation['page']}" if citation["page"] else ""
    name = citation["title"] or citation["document"]
    return f"{name}{page}, characters {citation['start']} to {citation['end']} (sha256 {citation['sha256'][:12]}…)"


async def _addresses(platform: SymphainyClient, running: Instance, execution_id: str) -> None:
    layout = running.layout
    tenant = (await platform.session()).tenant
    namespace = running.environment.get("SYMPHAINY_TEMPORAL_NAMESPACE", "symphainy")
    say("")
    say(f"  Experience API      {layout.url('experience_api')}/docs")
    say(f"  Solution API        {layout.url('solution_api')}/docs")
    say(f"  this run            {layout.url('experience_api')}/api/execution/{execution_id}")
    say(f"  in Temporal         {layout.url('temporal_ui')}/namespaces/{namespace}/workflows/{tenant}:{execution_id}")


async def _until_interrupted() -> None:
    asked = asyncio.Event()
    for what in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(what, asked.set)
    await asked.wait()
