"""``symphainy work`` and ``settle``: what sagas have left for people, at the running instance."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, TypeVar

from symphainy.cli.credentials import signed_in
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import Invalid

Answer = TypeVar("Answer")


def work(data_dir: Path, execution: str, *, as_json: bool) -> None:
    """List what is open, oldest first."""
    items = _with(data_dir, lambda platform: platform.solution.work(execution))
    if as_json:
        emit([item.model_dump(mode="json") for item in items])
        return
    for item in items:
        say(f"{item.item_id}")
        say(f"  {item.opened_at:%Y-%m-%d %H:%M}  {item.reason or item.kind}")
    if not items:
        say("nothing is open")


def settle(
    data_dir: Path, item: str, resolution: Literal["retry", "undone", "kept"], note: str, *, as_json: bool
) -> int:
    """Settle one; 1 while it is still open."""
    told = _with(data_dir, lambda platform: platform.solution.settle(item, resolution, note))
    if as_json:
        emit(told.model_dump(mode="json"))
    else:
        say(f"{told.state}: {told.resolution}" + (f"  {told.execution_id}" if told.execution_id else ""))
    return 0 if told.state == "closed" else 1


def resolved(word: str) -> Literal["retry", "undone", "kept"]:
    """One of the three words.

    >>> resolved("kept")
    'kept'
    """
    for known in ("retry", "undone", "kept"):
        if word == known:
            return known
    raise Invalid(f"'{word}' settles nothing: it is retry, undone or kept.")


def _with(data_dir: Path, act: Callable[[SymphainyClient], Awaitable[Answer]]) -> Answer:
    instance = Instance.running(data_dir)

    async def run() -> Answer:
        async with signed_in(instance) as platform:
            return await act(platform)

    return asyncio.run(run())
