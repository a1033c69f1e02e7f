"""How every saga ended, read as a client reads it."""

import asyncio
import time

from symphainy.cli.chaos.checks import Ended
from symphainy.cli.chaos.load import Load
from symphainy.cli.chaos.report import Report
from symphainy.cli.chaos.sagas import Transfer
from symphainy.foundations.language.errors import SymphainyError

QUIET = 120.0
"""Seconds after the load until every saga must be closed."""


async def closed(load: Load, report: Report) -> tuple[list[Ended], dict[str, tuple[float, float]]]:
    """Each saga with its events, and execution → when it was submitted and when it was closed."""
    deadline = time.monotonic() + QUIET
    limit, ended, spans = asyncio.Semaphore(8), list[Ended](), dict[str, tuple[float, float]]()

    async def read(transfer: Transfer) -> None:
        execution = load.executions.get(transfer.number)
        if execution is None:
            report.findings.append(f"I1: intent {transfer.number} was never answered")
            return
        client = load.client(transfer)
        async with limit:
            try:
                result = await client.result(execution, wait=max(0.0, deadline - time.monotonic()))
                events = [e async for e in client.watch(execution)] if result.closed else []
            except SymphainyError as error:
                report.findings.append(f"I1: {execution} cannot be read: {error}")
                return
        spans[execution] = (load.submitted[transfer.number], events[-1].time.timestamp() if events else time.time())
        told = tuple((event.seq, event.type) for event in events)
        editions = load.ran[transfer.number] if transfer.newest else (0, 0)
        reason = f"({result.error.code}: {result.error.detail})" if result.error else ""
        ended.append(Ended(transfer, execution, result.status, result.compensation, told, editions, reason))

    await asyncio.gather(*(read(t) for t in load.transfers))
    return ended, spans
