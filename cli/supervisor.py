"""The supervisor: starts services in readiness order, keeps them alive, ends them in reverse order."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.nursery import Nursery
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.service import Act, Held, Service
from symphainy.cli.unit import Started, Unit, unit
from symphainy.foundations.language.errors import SymphainyError

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
"""Seconds before a crashed process is started again, doubled at each further crash. The first is short: a saga waits. So is the longest:
one input that ends whoever works on it ends every worker in turn, and all others wait with it; a start takes half a second of a core."""
HEALTHY_AFTER, WORTH = 10.0, 10
"""Seconds of life, or times the pause before it, after which earlier crashes are forgiven: what serves for ten seconds and is
then killed is no process that cannot live, and the sagas of a killed worker wait for it."""

Announce = Callable[[ServiceNote], None]


@dataclass
class Kept:
    """A unit that is kept running, its note, and the task that does so."""

    unit: Unit
    note: ServiceNote
    born: float
    wave: int
    keeper: "asyncio.Task[None] | None" = None


class Supervisor:
    """Runs a list of services. One per data folder: whoever makes it holds the lock."""

    def __init__(
        self, instance: Instance, environment: Mapping[str, str], announce: Announce = lambda _: None,
        nursery: Nursery | None = None,
    ) -> None:  # fmt: skip
        self._nursery = nursery
        self.instance = instance
        self._logs = instance.layout.logs
        self._environment = dict(environment)
        self._announce = announce
        self._kept: list[Kept] = []

    async def start(self, waves: Sequence[Sequence[Service | Held | Act]]) -> None:
        """Start wave after wave: what stands in one wave starts together, the next one begins when all of it is ready.

        Raises:
            Unavailable: one ended, or was not ready in time; the message holds its last words. Call ``stop`` then.
        """
        me = ProcessIdentity.of(os.getpid())
        assert me is not None
        if self._nursery is not None:
            self._nursery.start(self._environment)
        self.instance.supervisor.pid, self.instance.supervisor.birth = me.pid, me.birth
        self.instance.started_at = datetime.now(UTC).isoformat(timespec="seconds")
        for number, wave in enumerate(waves):
            if wave:  # a wave of parts that all run elsewhere has nothing to start
                await self._together([self._add(service, number) for service in wave])
        self.instance.state = "running"
        self.log("running")
        self._save()

    async def stop(self) -> None:
        """End everything, the wave that started last first; what stands in one wave ends together, as it started."""
        self.instance.state = "stopping"
        for kept in self._kept:
            if kept.keeper is not None:
                kept.keeper.cancel()
        await asyncio.gather(*(kept.keeper for kept in self._kept if kept.keeper), return_exceptions=True)
        while self._kept:
            group = [kept for kept in self._kept if kept.wave == self._kept[-1].wave]
            await asyncio.gather(*(self._end(kept) for kept in group))
            self._kept = [kept for kept in self._kept if kept not in group]
        if self._nursery is not None:
            self._nursery.close()
        self.instance.state = "failed" if self.instance.error else "stopped"
        self.log(self.instance.state)
        self._save()

    def log(self, event: str, **fields: Any) -> None:
        """One line of JSON in the supervisor's own log."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "logger": "supervisor",
            "event": event,
            **fields,
        }
        # A full disk must not end the supervisor.
        with suppress(OSError), (self._logs / "supervisor.log").open("a") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def _add(self, service: Service | Held | Act, wave: int) -> Kept:
        note = ServiceNote(service.name, service.stage, stop_signal=int(service.stop_signal))
        self.instance.services.append(note)
        kept = Kept(unit(service, self._logs, self._nursery), note, time.monotonic(), wave)
        self._kept.append(kept)
        return kept

    async def _together(self, wave: Sequence[Kept]) -> None:
        """All of them, or the first failure: then the others are not waited for."""
        starts = [asyncio.create_task(self._first_start(kept)) for kept in wave]
        try:
            done, _ = await asyncio.wait(starts, return_when=asyncio.FIRST_EXCEPTION)
            for start in done:
                start.result()
        finally:
            for start in starts:
                start.cancel()
            await asyncio.gather(*starts, return_exceptions=True)

    async def _first_start(self, kept: Kept) -> None:
        await self._bring_up(kept)
        if kept.unit.service.once:
            kept.note.state = "done"
            self._kept.remove(kept)
        else:
            kept.keeper = asyncio.create_task(self._keep(kept), name=f"keep {kept.note.name}")
        self._tell(kept.note)

    async def _bring_up(self, kept: Kept) -> None:
        note = kept.note
        note.state = "starting"
        kept.born = time.monotonic()
        self._identify(note, await kept.unit.launch(self._environment))
        self.log("started", service=note.name, stage=note.stage, pid=note.pid)
        self._save()
        started: Started = await kept.unit.ready()
        self._environment.update(started.environment)
        self.instance.environment.update(started.environment)
        note.facts, note.state, note.seconds = started.facts, "ready", round(time.monotonic() - kept.born, 2)
        self.log(
            "ready", service=note.name, stage=note.stage, seconds=note.seconds, facts=note.facts, restarts=note.restarts
        )

    async def _keep(self, kept: Kept) -> None:
        note, delay = kept.note, 0.0
        while True:
            how = await kept.unit.ended()
            delay = pause(delay, time.monotonic() - kept.born - (note.seconds or 0.0))
            note.state, note.restarts = "restarting", note.restarts + 1
            self.log("ended", service=note.name, how=how, restarts=note.restarts, again_in=delay)
            self._tell(note)
            await asyncio.sleep(delay)
            try:
                await self._bring_up(kept)
            except SymphainyError as error:
                self.log("not ready", service=note.name, detail=error.detail)
                await kept.unit.end()  # it may hang: end it, so that the loop goes round
                continue
            self._tell(note)

    async def _end(self, kept: Kept) -> None:
        how = await kept.unit.end()
        kept.note.state = "stopped"
        self.log("stopped", service=kept.note.name, how=how)
        self._tell(kept.note)

    @staticmethod
    def _identify(note: ServiceNote, who: ProcessIdentity | None) -> None:
        note.pid, note.birth, note.command = (who.pid, who.birth, who.command) if who else (None, "", ())

    def _tell(self, note: ServiceNote) -> None:
        self._save()
        self._announce(note)

    def _save(self) -> None:
        try:
            self.instance.save()
        except OSError as error:  # a full disk: the processes matter more than the note about them
            self.log("note not written", detail=str(error))


def pause(last: float, lived: float) -> float:
    """Seconds until a process is started again that has lived so long after the last pause.

    >>> pause(0.0, 0.2), pause(0.1, 0.2), pause(0.1, 1.1), pause(3.2, 9.0), pause(5.0, 11.0)
    (0.1, 0.2, 0.1, 5.0, 0.1)
    """
    forgiven = not last or lived > min(HEALTHY_AFTER, WORTH * last)
    return FIRST_DELAY if forgiven else min(last * 2, LONGEST_DELAY)
