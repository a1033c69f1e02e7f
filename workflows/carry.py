"""Continuing as new: the state travels packed; one that cannot travel is the run's failure, by name, instead of its standing still."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.machine import Call, Command, Machine, pace, parcel
    from symphainy.foundations.language.wire import SagaInput, StepResult
    from symphainy.workflows import calls

Refused = tuple[list[Command], list[StepResult]]


def on(given: SagaInput, machine: Machine, witnessed: tuple[int, ...], begun: set[str]) -> Refused:
    """Does not come back where the state can travel; else the commands of the failure, and answers to calls that never began.

    ``begun``: ids of the calls that are under way. While a run waited to continue as new, none was begun.
    """
    packed = parcel.pack(machine.state.dump())
    if (size := parcel.size(packed)) <= parcel.MOST:
        workflow.continue_as_new(given.model_copy(update={"state": packed, "input": None, "witnessed": witnessed}))
    held = [call for call in machine.pending() if isinstance(call, Call) and call.id not in begun]
    answers = [calls.cancelled(call.id, workflow.now()) for call in held]
    return pace.overfull(machine, size, parcel.MOST), answers
