"""The time of a rehearsal: nothing waits, the clock jumps to whatever is due next as soon as nothing is under way (DECISIONS.md 26).

Timers, the answers of capabilities that take their time, and the cues of the scenario stand in one agenda. What runs is real: a step is
an activity, a decision an update; only waiting is not.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.durations import parse_duration
    from symphainy.foundations.definitions.machine import Machine, Timer, trace
    from symphainy.foundations.definitions.machine.state import Frame
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.model import Json
    from symphainy.foundations.language.wire import CUE, Cue, SagaInput, StepResult

Due = tuple[datetime, int, int]
"""When, then answers before cues before timers, then in the order in which they were put down."""
TIMEOUT = timedelta(seconds=60)
"""Of the activity behind a cue, in real time."""


@dataclass
class Stage:
    """What is still to come in one rehearsed run."""

    cues: list[dict[str, Json]]
    began: datetime | None = None
    told: list[dict[str, Json]] = field(default_factory=list)
    """What came of each cue that had its moment."""
    starved: list[dict[str, Json]] | None = None
    """What the run waited for when nothing was left that could happen."""
    _timers: dict[str, tuple[Timer, int]] = field(default_factory=dict)
    _answers: dict[str, tuple[StepResult, int, bool]] = field(default_factory=dict)
    _count: int = 0

    @classmethod
    def of(cls, given: SagaInput) -> "Stage | None":
        """The stage of a run that is a rehearsal."""
        return None if given.rehearsal is None else cls([dict(cue) for cue in given.rehearsal])

    def timer(self, timer: Timer) -> None:
        """A timer that the machine has set."""
        self._count += 1
        self._timers[timer.id] = (timer, self._count)

    def hold(self, result: StepResult, *, lasts: bool) -> None:
        """An answer that comes later in the rehearsal's time than it came in ours. ``lasts``: an effect, which is never torn."""
        self._count += 1
        self._answers[result.call_id] = (result, self._count, lasts)

    def cancel(self, name: str) -> bool:
        """Forget a timer, or an answer that is held back; True when that was the answer of a call. An effect's comes at its time."""
        self._timers.pop(name, None)
        if name not in self._answers or self._answers[name][2]:
            return False
        del self._answers[name]
        return True

    def next(self, machine: Machine) -> "Timer | StepResult | Cue | None":
        """The clock jumps: what happens next, None when nothing can."""
        found: list[tuple[Due, Timer | StepResult | int]] = []
        found += [((r.at, 0, n), r) for r, n, _ in self._answers.values()]
        found += [((t.due, 2, n), t) for t, n in self._timers.values()]
        for number, cue in enumerate(self.cues):
            if (at := self._moment(machine, cue)) is not None:
                found.append(((at, 1, number), number))
        if not found:
            return None
        (at, _, _), what = min(found, key=lambda each: each[0])
        if isinstance(what, Timer):
            return self._timers.pop(what.id)[0]
        if isinstance(what, StepResult):
            return self._answers.pop(what.call_id)[0]
        cue = self.cues.pop(what)
        machine.tick(at)
        task = _open_task(machine, cue)
        about = workflow.info().workflow_id.rpartition(":")
        return Cue(
            tenant=about[0], execution_id=machine.state.execution, at=machine.now, what=cue,
            task_id=str(task.data["task"]) if task is not None else "",
        )  # fmt: skip

    def _moment(self, machine: Machine, cue: dict[str, Json]) -> datetime | None:
        """When a cue has its moment; None while what it is about is not there. Nothing happens in the past."""
        after = parse_duration(cue.get("after") or "PT0S")
        if cue["do"] == "decide":
            task = _open_task(machine, cue)
            return max(datetime.fromisoformat(task.data["opened"]) + after, machine.now) if task is not None else None
        return max((self.began or machine.now) + after, machine.now)


def _open_task(machine: Machine, cue: dict[str, Json]) -> Frame | None:
    """The open task of people that a decision is about: by the task's name, or its path in the run."""
    for frame in machine.state.frames.values():
        is_open = frame.kind == "approval" and frame.phase == "run" and frame.data.get("open")
        if is_open and cue.get("task") in (None, frame.name, frame.path):
            return frame
    return None


async def play(stage: Stage, cue: Cue, machine: Machine) -> None:
    """Do what a cue says, as whoever does it, and remember what came of it."""
    said: Any = await workflow.execute_activity(
        CUE, cue, start_to_close_timeout=TIMEOUT, schedule_to_close_timeout=TIMEOUT, summary=Label(str(cue.what["do"]))
    )
    how = "taken" if said["ok"] else f"turned away: {said['problem']['detail']}"
    what = cue.what.get("choice") or cue.what["do"]
    trace.line(machine, "cue", "", str(cue.what.get("task") or ""), f"{cue.what['by']}: {what}, {how}")
    stage.told.append({"at": cue.at.isoformat(), "cue": cue.what, "said": said})


def told(stage: Stage | None, machine: Machine | None) -> dict[str, Any]:
    """The query ``rehearsal``: the trace, what came of the cues, and which of them never had their moment."""
    if stage is None or machine is None:
        return {}
    return {
        "trace": machine.state.trace,
        "cues": stage.told,
        "unused": stage.cues,
        "starved": stage.starved,
        "at": machine.state.now,
    }
