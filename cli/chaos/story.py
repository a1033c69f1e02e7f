"""What is told of a run that broke something: the code that ran, and the sagas that are named, as the API has them."""

import asyncio
import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from symphainy.cli.chaos.load import Load
from symphainy.foundations.language.errors import SymphainyError

MOST = 5
"""Sagas whose story is told; the fault log and the seed lead to the others."""
PATIENCE = 5.0
"""Seconds in which the events of a saga that is still open are read."""
NAMED = re.compile(r"exe_[0-9a-z]{26}")


def commit() -> str:
    """The version, and where it runs from a checkout the commit."""
    with suppress(OSError, subprocess.SubprocessError):
        command = ["git", "-C", str(Path(__file__).resolve().parent), "rev-parse", "--short=12", "HEAD"]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        return f"{version('symphainy')}+{found.stdout.strip()}"
    return version("symphainy")


def named(findings: Iterable[str]) -> list[str]:
    """The executions that findings speak of, each once, at most ``MOST``.

    >>> named(["I1: exe_01hzy3v7k2m4n6p8q0r2s4t6v8 is running", "I3: the ledger is off by 2"])
    ['exe_01hzy3v7k2m4n6p8q0r2s4t6v8']
    """
    return list(dict.fromkeys(each for finding in findings for each in NAMED.findall(finding)))[:MOST]


async def stories(load: Load, findings: Iterable[str]) -> dict[str, Any]:
    """Execution → what the API says of it: where it stands, its steps (with the ids under which Temporal has it), its events."""
    whose = {
        load.executions[each.number]: load.client(each) for each in load.transfers if each.number in load.executions
    }
    told: dict[str, Any] = {}
    for execution in named(findings):
        client = whose.get(execution, load.people.owner)
        events: list[str] = []
        try:
            described = (await client.execution(execution)).model_dump(mode="json", exclude_none=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    async for event in client.watch(execution):
                        events.append(
                            f"{event.seq} {event.time.isoformat()} {event.type} {event.subject or ''}".rstrip()
                        )
        except SymphainyError as error:
            described = {"cannot be read": str(error)}
        told[execution] = {**described, "events": events}
    return told
