"""The load: every transfer submitted at least once, one in five again under its key, and bursts of many clients at once.

A refusal of the line or of a process that is being replaced is tried again under the same key; an answer that must not come
(a second saga for a key, a 5xx other than 503) is written down as a finding.
"""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from symphainy.cli.chaos.sagas import Transfer, document
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import Conflict, SymphainyError

T = TypeVar("T")
PATIENCE = 180.0
"""Seconds a request is repeated before it counts as not answered."""
AGAIN, BURST = 0.2, 50
"""Share of intents that come a second time; clients of a burst under one key (RELIABILITY 2.1, F12)."""


@dataclass
class Load:
    """A load under way, and what it has seen."""

    client: SymphainyClient
    seed: int
    transfers: list[Transfer]
    submitted: dict[int, float] = field(default_factory=dict)
    executions: dict[int, str] = field(default_factory=dict)
    duplicates: int = 0
    findings: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    async def register(self, observer: str) -> None:
        """Both definitions."""
        for name, ask in (("transfer", False), ("approved", True)):
            await self.client.solution.register(json.dumps(document(name, observer, ask=ask)), f"{name}.yaml")

    async def run(self, width: int) -> None:
        """Everything, ``width`` at a time, in an order of the seed's."""
        chance = random.Random(f"{self.seed}/order")
        again = [t for t in self.transfers if chance.random() < AGAIN]
        bursts = chance.sample(self.transfers, k=min(len(self.transfers), max(1, len(self.transfers) // 150)))
        work = [*self.transfers, *again, *(t for t in bursts for _ in range(BURST))]
        head, tail = work[: len(self.transfers)], work[len(self.transfers) :]
        chance.shuffle(head)
        for each in tail:  # duplicates come at any time, also before their first one
            head.insert(chance.randrange(len(head) + 1), each)
        pending = iter(head)

        async def lane() -> None:
            for transfer in pending:
                await self._submit(transfer)

        await asyncio.gather(*(lane() for _ in range(width)))

    async def _submit(self, transfer: Transfer) -> None:
        name = "approved" if transfer.kind == "approved" else "transfer"
        begin = time.time()
        self.submitted.setdefault(transfer.number, begin)
        accepted = await self._patiently(
            lambda: self.client.submit(
                f"chaos/{name}:1.0.0", transfer.payload, key=f"chaos-{self.seed}-{transfer.number}"
            )
        )
        if accepted is None:
            return
        self.latencies.append(time.time() - begin)
        known = self.executions.setdefault(transfer.number, accepted.execution_id)
        if known != accepted.execution_id:
            self.findings.append(f"I2: intent {transfer.number} has two sagas: {known}, {accepted.execution_id}")
        elif begin != self.submitted[transfer.number]:
            self.duplicates += 1
        if transfer.kind == "cancelled" and begin == self.submitted[transfer.number]:
            await asyncio.sleep(random.Random(f"{self.seed}/cancel/{transfer.number}").random() * 0.5)
            await self._patiently(lambda: self.client.cancel(known), settled=(Conflict,))

    async def _patiently(
        self, call: Callable[[], Awaitable[T]], settled: tuple[type[SymphainyError], ...] = ()
    ) -> T | None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await call()
            except settled:
                return None
            except SymphainyError as error:
                if not error.retry and error.status != 429:
                    self.findings.append(f"I7: {type(error).__name__} {error.status} {error.code}: {error}")
                    return None
                if time.monotonic() > deadline:
                    self.findings.append(f"I7: no answer within {PATIENCE:.0f} s: {error}")
                    return None
            await asyncio.sleep(0.5)


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
