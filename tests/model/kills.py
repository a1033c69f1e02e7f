"""``python -m model.kills [PROGRAMS] [FIRST]``: random programs on the real server while their workers are killed (RELIABILITY.md 2.5).

Each agrees with the model in outcome and effects, though calls were delivered again; each history replays. Three guards against a pass
that says nothing: kills must have hit (calls delivered again), most things must happen in some program, and none may be left out.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from replay.test_replay import replayer
from support.saga_worker import connect
from support.temporal_server import temporal_server
from temporalio.client import Client, WorkflowFailureError

from model.capabilities import compiled
from model.ledger import Receiver
from model.model import Model
from model.programs import Generator
from symphainy.foundations.language.wire import SAGA, SagaInput

TOGETHER = 40
"""Programs under way at once."""
PAUSE = 2.5
"""Seconds for which both workers run before one is killed."""
LONGEST = 600.0
"""Seconds for one program: each kill costs some of those under way 3 s, and a long one is hit often on a slow machine."""


@dataclass
class Found:
    """What the programs came to."""

    failures: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    events: int = 0
    kills: int = 0


class Workers:
    """Two worker processes; now and then one is killed and another takes its place."""

    def __init__(self, address: str, queue: str, port: int) -> None:
        self._words = [sys.executable, "-P", "-m", "model.worker", address, queue, str(port)]
        self._running = [self._start(), self._start()]

    def _start(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(p for p in sys.path if p)
        return subprocess.Popen(self._words, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path})

    async def ready(self, worker: subprocess.Popen[bytes]) -> None:
        """It says so in its first line."""
        assert worker.stdout is not None
        assert await asyncio.to_thread(worker.stdout.readline) == b"ready\n"

    async def kill(self, found: Found) -> None:
        """One after the other, each time when both run."""
        for worker in self._running:
            await self.ready(worker)
        while True:
            await asyncio.sleep(PAUSE)
            worker = self._running.pop(0)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            found.kills += 1
            self._running.append(self._start())
            await self.ready(self._running[-1])

    def end(self) -> None:
        for worker in self._running:
            worker.kill()
            worker.wait()
            if worker.stdout is not None:
                worker.stdout.close()


async def one(client: Client, queue: str, seed: int, receiver: Receiver, found: Found) -> None:
    """Run a program to its end and compare it with the model."""
    program, n = Generator(random.Random(seed), late=False).program(), seed % 5
    model = Model()
    status, value = model.run(program, n)
    made = compiled(program)
    caps = {ref: linked.model_copy(update={"queue": queue}) for ref, linked in made.capabilities.items()}
    execution = f"exe_{uuid.uuid4().hex}"
    given = SagaInput(
        tenant="t", execution_id=execution, intent="test", input={"n": n}, together=bool(seed % 2), submitted_at=datetime.now(UTC),
        plan=made.model_copy(update={"capabilities": caps}).sealed().model_dump(mode="json"),
    )  # fmt: skip
    handle = await client.start_workflow(
        SAGA, given, id=f"t:{execution}", task_queue=queue, task_timeout=timedelta(seconds=3)
    )
    ended: tuple[str, Any]
    try:
        ended = "completed", (await asyncio.wait_for(handle.result(), LONGEST))["n"]
    except WorkflowFailureError as failed:
        details = getattr(failed.cause, "details", None)
        ended = "faulted", details[0]["status"] if details else repr(failed.cause)
    except TimeoutError:
        ended = "stuck", None
    ledger = receiver.ledgers[handle.id]
    if ended != (status, value):
        found.failures.append(f"program {seed}: {ended}, the model says {(status, value)}")
    owed = model.done if status == "faulted" else []
    if Counter(ledger.done) != Counter(model.done) or Counter(ledger.undone) != Counter(owed):
        found.failures.append(
            f"program {seed}: done {ledger.done}, undone {ledger.undone}; the model says {model.done}, {owed}"
        )
    found.ends[ended[0]] += 1
    history = await handle.fetch_history()
    found.events += len(history.events)
    try:
        await replayer().replay_workflow(history)
    except Exception as error:
        found.failures.append(f"program {seed}: its history does not replay: {error}"[:500])


async def run(address: str, programs: range, *, kills: bool = True) -> tuple[Found, Receiver]:
    """All programs, forty at a time."""
    receiver, found, queue = Receiver(), Found(), f"q-{uuid.uuid4()}"
    server, port = receiver.serve()
    client, workers, turn = await connect(address), Workers(address, queue, port), asyncio.Semaphore(TOGETHER)
    killer = asyncio.create_task(workers.kill(found)) if kills else None

    async def next_one(seed: int) -> None:
        async with turn:
            await one(client, queue, seed, receiver, found)

    try:
        await asyncio.gather(*(next_one(seed) for seed in programs))
    finally:
        if killer is not None:
            killer.cancel()
        workers.end()
        server.shutdown()
        server.server_close()
    return found, receiver


def main(words: list[str]) -> int:
    """Run, print, judge."""
    count, first = int(words[0]) if words else 500, int(words[1]) if len(words) > 1 else 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, temporal_server(Path(folder)) as address:
        found, receiver = asyncio.run(run(address, range(first, first + count)))
    again = sum(receiver.again.values())
    sys.stdout.write(
        f"{count} programs from seed {first}: {len(found.failures)} failures; {dict(found.ends)}; {len(receiver.answers)} calls, "
        f"{again} delivered again; {found.kills} kills; {found.events} events replayed; {time.monotonic() - begun:.0f} s\n"
    )
    sys.stdout.writelines(f"{failure}\n" for failure in found.failures[:20])
    if count >= 100 and not again:
        sys.stdout.write("no call was delivered again: the kills have hit nothing\n")
        return 1
    return 1 if found.failures else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
