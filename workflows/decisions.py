"""A person's decision at the workflow: what is refused before it enters history, and what is said to who proposed it."""

import json

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.approvals import Terms, fault_of_value
    from symphainy.foundations.definitions.machine import Machine
    from symphainy.foundations.definitions.machine.people import closed, find
    from symphainy.foundations.language.errors import Invalid, Problem, TooLarge
    from symphainy.foundations.language.model import Json
    from symphainy.foundations.language.wire import Proposal

LARGEST = 64 << 10
"""Bytes of what a person fills in."""


def refuse(machine: Machine | None, proposal: Proposal) -> None:
    """The validator: what it refuses leaves no trace in history, so the same person may send it again, corrected."""
    if len(json.dumps(proposal.value)) > LARGEST:
        raise failure(TooLarge(f"a decision's value has at most {LARGEST} bytes", code="decision_too_large").problem())
    if machine is None:
        return
    frame = find(machine, proposal.task_id)
    if frame is None:
        raise failure(closed())
    fault = fault_of_value(Terms.model_validate(frame.data["terms"]).form, proposal.choice, proposal.value)
    if fault is not None:
        raise failure(Invalid(fault, code="form", remedy="fill in the form that the task shows").problem())


def answered(machine: Machine, proposal: str) -> Json:
    """What stands under a proposal's id; the run has ended without hearing it: the task is closed."""
    said = machine.state.answers.pop(proposal, None) or {"problem": closed().model_dump(mode="json")}
    if "problem" in said:
        raise failure(Problem.model_validate(said["problem"]))
    return said["value"]


def failure(problem: Problem) -> ApplicationError:
    """A problem, on its way to who proposed."""
    return ApplicationError(problem.title, problem, type=problem.type, non_retryable=True)
