"""How a run that has come to its end closes: the same words, whether the workflow asks for it or a segment of local steps does."""

from symphainy.foundations.definitions.machine.machine import Machine
from symphainy.foundations.definitions.problems import telling
from symphainy.foundations.language.wire import Closing

__all__ = ["closing_of"]


def closing_of(
    machine: Machine, tenant: str, execution_id: str, *, task: str, witnessed: tuple[int, ...] = ()
) -> Closing:
    """The closing of a machine that has ended. ``task``: the workflow task that closes; ``witnessed``: as in ``Closing``."""
    ending = machine.state.ending
    assert ending is not None
    return Closing(
        tenant=tenant, execution_id=execution_id, status=ending.status, compensation=ending.compensation, output=ending.output,
        problem=ending.problem, run_id=task.partition("/")[0], task=task, steps=machine.state.steps, owed=tuple(ending.owed),
        witnessed=witnessed, told=tuple(ending.told), telling=telling(machine.program.plan.document, ending.problem),
    )  # fmt: skip
