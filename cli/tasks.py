"""``symphainy tasks`` and ``decide``: what people are asked, and their decisions, at the running instance."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from symphainy.cli.credentials import signed_in
from symphainy.cli.files import read_json
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.experience.task_models import Task, TaskLine

Answer = TypeVar("Answer")


def tasks(data_dir: Path, task: str | None, *, everyones: bool, as_json: bool) -> None:
    """List the open tasks, or show one with its form and digest."""
    if task is not None:
        found = _with(data_dir, lambda platform: platform.task(task))
        emit(found.model_dump(mode="json")) if as_json else _show(found)
        return
    listed = _with(data_dir, lambda platform: platform.tasks(everyones=everyones))
    if as_json:
        emit([each.model_dump(mode="json") for each in listed])
        return
    for each in listed:
        say(_line(each))
    if not listed:
        say("no open task" if everyones else "no open task for you; --all lists everyone's")


def decide(data_dir: Path, task: str, choice: str, value: str | None, *, shown: str | None, as_json: bool) -> None:
    """Decide. Without ``shown`` what the task shows at this moment is what was seen."""

    async def act(platform: SymphainyClient) -> Any:
        digest = shown or (await platform.task(task)).shown_digest
        return await platform.decide(task, choice, read_json(value) if value is not None else None, shown_digest=digest)

    told = _with(data_dir, act)
    if as_json:
        emit(told.model_dump(mode="json"))
    else:
        say(f"{told.by} {_past(told.choice)} {told.task_id}: " + (told.settled or "the quorum is still open"))


def _past(choice: str) -> str:
    """What somebody did.

    >>> _past("approve"), _past("reject")
    ('approved', 'rejected')
    """
    return choice.removesuffix("e") + "ed"


def _line(each: TaskLine) -> str:
    who = ", ".join(each.approvers) or "whoever may"
    due = f", due {each.due_at:%Y-%m-%d %H:%M}" if each.due_at else ""
    return f"{each.task_id}  {each.title}  ({who}; {each.quorum} needed{due})"


def _show(found: Task) -> None:
    say(_line(found))
    say(f"  state {found.state}, asked by {found.requester}, execution {found.execution_id}")
    say(f"  shows {json.dumps(found.show, ensure_ascii=False)}")
    if found.form is not None:
        say(f"  form  {json.dumps(found.form, ensure_ascii=False)}")
    say(f"  digest {found.shown_digest}")
    for each in found.decisions:
        say(f"  {each.principal} {_past(each.choice)} at {each.at:%Y-%m-%d %H:%M}")


def _with(data_dir: Path, act: Callable[[SymphainyClient], Awaitable[Answer]]) -> Answer:
    instance = Instance.running(data_dir)

    async def run() -> Answer:
        async with signed_in(instance) as platform:
            return await act(platform)

    return asyncio.run(run())
