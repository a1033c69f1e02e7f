"""The load: what the order says, by many clients at once, each of whom waits for the end of what it has begun.

So as many sagas are open as there are clients, whatever the machine can do, and a recovery is told from a queue. A client repeats
what got no answer under the same key. An answer that must not come (a second saga for a key, a 5xx other than 503, a key that
takes two bodies) is a finding.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from symphainy.cli.chaos.order import order, transfers
from symphainy.cli.chaos.patience import patiently
from symphainy.cli.chaos.people import People
from symphainy.cli.chaos.sagas import Editions, Transfer
from symphainy.foundations.experience import Result, SymphainyClient
from symphainy.foundations.language.errors import Conflict, Invalid, SymphainyError

T = TypeVar("T")
STAYS = 60.0
"""Seconds that a client waits for an end before it begins something else."""


@dataclass
class Load:
    """A load under way, and what it has seen."""

    people: People
    seed: int
    count: int
    editions: Editions
    submitted: dict[int, float] = field(default_factory=dict)
    executions: dict[int, str] = field(default_factory=dict)
    ran: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Number → the oldest and the newest edition that an intent without a version may have met."""
    results: dict[int, Result] = field(default_factory=dict)
    """Number → how it ended, as its client has heard it."""
    duplicates: int = 0
    findings: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.transfers, self.bursts = transfers(self.seed, self.count)
        self._oddly = {each.number for each in self.bursts}

    def client(self, transfer: Transfer) -> SymphainyClient:
        """Whose transfer it is."""
        return self.people.neighbour if transfer.neighbour else self.people.owner

    async def run(self, width: int) -> None:
        """Everything, ``width`` at a time."""
        pending = iter(order(self.seed, self.transfers, self.bursts))

        async def lane() -> None:
            for at_once in pending:
                await asyncio.gather(*map(self._submit, at_once))

        await asyncio.gather(*(lane() for _ in range(width)))

    async def _submit(self, transfer: Transfer) -> None:
        begin, oldest = time.time(), self.editions.registered
        first = self.submitted.setdefault(transfer.number, begin) == begin
        self.ran.setdefault(transfer.number, (oldest, oldest))
        client = self.client(transfer)
        accepted = await self._answer(lambda: client.submit(transfer.intent, transfer.payload, key=transfer.key))
        if accepted is None:
            return
        self.latencies.append(time.time() - begin)
        if transfer.number not in self.executions:
            self.ran[transfer.number] = (self.ran[transfer.number][0], self.editions.offered)
        known = self.executions.setdefault(transfer.number, accepted.execution_id)
        if known != accepted.execution_id:
            self.findings.append(f"I2: intent {transfer.number} has two sagas: {known}, {accepted.execution_id}")
        elif not first:
            self.duplicates += 1
            await self._other_body(transfer, client)
        if transfer.kind == "cancelled" and first:
            await asyncio.sleep(random.Random(f"{self.seed}/cancel/{transfer.number}").random() * 0.5)
            await self._answer(lambda: client.cancel(known), settled=(Conflict,))
        if first:
            result = await self._answer(lambda: client.result(known, wait=STAYS))
            if result is not None and result.closed:
                self.results[transfer.number] = result

    async def _other_body(self, transfer: Transfer, client: SymphainyClient) -> None:
        """F12: another amount under a key that has its answer is refused; once for each burst."""
        if transfer.number not in self._oddly:
            return
        self._oddly.discard(transfer.number)
        payload = {**transfer.payload, "amount": transfer.payload["amount"] + 1}
        taken = await self._answer(
            lambda: client.submit(transfer.intent, payload, key=transfer.key), settled=(Invalid,)
        )
        if taken is not None:
            self.findings.append(f"I2: the key of intent {transfer.number} took another body: {taken.execution_id}")

    async def _answer(
        self, call: Callable[[], Awaitable[T]], settled: tuple[type[SymphainyError], ...] = ()
    ) -> T | None:
        try:
            return await patiently(call)
        except settled:
            return None
        except SymphainyError as error:
            late = "no answer in time: " if error.retry else ""
            self.findings.append(f"I7: {late}{type(error).__name__} {error.status} {error.code}: {error}")
            return None


async def approve(clerk: SymphainyClient) -> None:
    """A person who says yes to every task, until cancelled."""
    while True:
        try:
            for line in await clerk.tasks():
                task = await clerk.task(line.task_id)
                await clerk.decide(task.task_id, "approve", shown_digest=task.shown_digest)
        except SymphainyError:
            pass  # the process that was asked is being replaced, or somebody else was quicker
        await asyncio.sleep(0.3)
