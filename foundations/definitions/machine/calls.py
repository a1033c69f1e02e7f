"""A command of the machine as the step boundary gets it: one form, whether the workflow or a segment schedules it."""

from collections.abc import Iterable
from datetime import datetime

from symphainy.foundations.definitions.machine.program import Program
from symphainy.foundations.definitions.machine.state import Call, Command
from symphainy.foundations.language.ids import effect_key
from symphainy.foundations.language.wire import SagaAbout, StepCall


def is_local(program: Program, command: Command) -> bool:
    """Whether this is a call that rides in a segment; undos never do."""
    if not isinstance(command, Call) or command.kind == "undo":
        return False
    linked = program.plan.capabilities.get(command.ref)
    return linked is not None and linked.mode == "local"


def local(program: Program, commands: Iterable[Command]) -> list[Call]:
    """The calls among these commands that ride in a segment."""
    return [c for c in commands if isinstance(c, Call) and is_local(program, c)]


def step_call(
    saga: SagaAbout, program: Program, command: Call, now: datetime, *, task: str = "", scheduled: str = "",
    witnessed: tuple[int, ...] = (),
) -> StepCall:  # fmt: skip
    """The call with its effect key. ``task``: the workflow task that a local step runs in; ``scheduled``: that asks for an activity."""
    assert command.kind != "child", "a run below is started by the workflow, it is no step"
    return StepCall(
        **saga.model_dump(), capability=command.ref, arguments=command.arguments, path=command.path, name=command.name,
        effect_key=effect_key(saga.tenant, saga.execution_id, command.path, undo=command.kind == "undo"), kind=command.kind,
        now=now, plan_digest=program.plan.digest, task=task, scheduled=scheduled,
        witnessed=witnessed, undo=command.undo, told=tuple(command.told),
        grant_key=effect_key(saga.tenant, saga.execution_id, command.grant) if command.grant else None,
    )  # fmt: skip
