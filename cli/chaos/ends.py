"""How every saga ended, read as a client reads it."""

import asyncio
import time

from symphainy.cli.chaos.checks import Ended
from symphainy.cli.chaos.load import Load
from symphainy.cli.chaos.patience import patiently
from symphainy.cli.chaos.report import Report
from symphainy.foundations.experience import Result, SymphainyClient
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Event

QUIET = 120.0
"""Seconds after the load until every saga must be closed."""
AT_ONCE = 8
"""Readers."""


async def closed(load: Load, report: Report) -> dict[int, Result]:
    """Number → how the saga ended: what its client has heard already, or hears within ``QUIET`` seconds."""
    deadline, limit = time.monotonic() + QUIET, asyncio.Semaphore(AT_ONCE)
    found = dict(load.results)

    async def ask(number: int) -> None:
        execution = load.executions.get(number)
        if execution is None:
            report.findings.append(f"I1: intent {number} was never answered")
            return
        async with limit:
            try:
                client = load.client(load.transfers[number])
                found[number] = await patiently(
                    lambda: client.result(execution, wait=max(0.0, deadline - time.monotonic()))
                )
            except SymphainyError as error:
                report.findings.append(f"I1: {execution} cannot be read: {error}")

    await asyncio.gather(*(ask(each.number) for each in load.transfers if each.number not in found))
    return found


async def told(
    load: Load, results: dict[int, Result], report: Report
) -> tuple[list[Ended], dict[str, tuple[float, float]]]:
    """Each saga with its events, and execution → when it was submitted and when it was closed."""
    limit, ended, spans = asyncio.Semaphore(AT_ONCE), list[Ended](), dict[str, tuple[float, float]]()

    async def read(number: int, result: Result) -> None:
        transfer, execution = load.transfers[number], load.executions[number]
        async with limit:
            try:
                events = await patiently(lambda: _all(load.client(transfer), execution)) if result.closed else []
            except SymphainyError as error:
                report.findings.append(f"I1: {execution} cannot be read: {error}")
                return
        spans[execution] = (load.submitted[number], events[-1].time.timestamp() if events else time.time())
        story = tuple((event.seq, event.type) for event in events)
        editions = load.ran[number] if transfer.newest else (0, 0)
        reason = f"({result.error.code}: {result.error.detail})" if result.error else ""
        ended.append(Ended(transfer, execution, result.status, result.compensation, story, editions, reason))

    await asyncio.gather(*(read(number, result) for number, result in results.items()))
    return ended, spans


async def _all(client: SymphainyClient, execution: str) -> list[Event]:
    return [event async for event in client.watch(execution)]
