"""Decisions of people on their way into a run: a proposal is only a proposal; a journaled decision moves the saga (DECISIONS.md 11)."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine.state import Command, Frame
from symphainy.foundations.language.errors import Conflict, Problem
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

KIND = "withdraw"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MOST_PROPOSALS = 100
"""Proposals that may wait at one task: more people than that do not decide one thing at once."""


def task_id(execution: str, path: str) -> str:
    """The id of the task that stands at ``path``: the same at every replay.

    >>> task_id("exe_1", "/do/0/ask") == task_id("exe_1", "/do/0/ask"), len(task_id("exe_1", "/do/0/ask"))
    (True, 30)
    """
    number = int.from_bytes(hashlib.sha256(f"{execution}\0{path}".encode()).digest()[:17], "big")
    return "tsk_" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(0, 130, 5))


def proposed(m: "Machine", proposal: dict[str, Json], now: datetime) -> list[Command]:
    """Hand a proposal to the task it is about."""
    m.tick(now)
    frame = find(m, str(proposal["task_id"]))
    if frame is None:
        answer(m, str(proposal["id"]), closed())
    else:
        m.kind(frame).proposed(m, frame, proposal)
    return m.settle()


def find(m: "Machine", task: str) -> Frame | None:
    """The open task of this id."""
    frames = m.state.frames.values()
    return next((f for f in frames if f.data.get("task") == task and f.data.get("open") and f.phase == "run"), None)


def answer(m: "Machine", proposal: str, said: Problem | Json) -> None:
    """What is said to who proposed."""
    m.state.answers[proposal] = (
        {"problem": said.model_dump(mode="json")} if isinstance(said, Problem) else {"value": said}
    )


def closed() -> Problem:
    """The task does not wait for a decision (any more)."""
    return Conflict("the task is closed", code="task_closed", remedy="read how it was decided").problem()


def withdraw(m: "Machine") -> None:
    """Close in the record what nothing waits for any more; the end of a run closes the rest with it."""
    state = m.state
    if not state.withdrawn or state.ending is not None or state.unwinding is not None:
        return
    if state.frames[0].phase == "drain" or any(f.kind == KIND for f in state.frames.values()):
        return
    frame = Frame(state.next_id, 0, KIND, "/do", "/$tasks", "withdraw", phase="run")
    state.next_id += 1
    state.frames[frame.id] = frame
    ask(m, frame)


def ask(m: "Machine", frame: Frame) -> None:
    """Close the next one."""
    m.state.closings += 1
    path = frame.path + (f"~{m.state.closings}" if m.state.closings > 1 else "")
    arguments = {"task_id": m.state.withdrawn.pop(0), "reason": "withdrawn"}
    m.call(frame, m.program.plan.calls["approval.close"], arguments, path=path)
