"""Saga checks: can what this definition does be taken back when a later step fails? (DECISIONS.md 17)"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from symphainy.foundations.definitions.builtins import APPROVAL, builtin
from symphainy.foundations.definitions.diagnostics import Severity
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.expressions import expressions_in
from symphainy.foundations.definitions.link import Links
from symphainy.foundations.definitions.protocols import linked_name
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import (
    Task,
    all_tasks,
    below,
    compensation,
    following,
    functions,
    inner_lists,
    roots,
    task_list,
)
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.errors import DomainError


def is_saga(document: dict[str, object]) -> bool:
    """Whether the document itself asks for saga semantics (``document.metadata.saga``)."""
    head = document.get("document")
    metadata = head.get("metadata") if isinstance(head, dict) else None
    return isinstance(metadata, dict) and "saga" in metadata


@dataclass(frozen=True)
class Terms:
    """What ``document.metadata.saga`` says."""

    on_fault: Literal["compensate", "none"] = "compensate"
    deadline: timedelta | None = None
    budget: dict[str, float] = field(default_factory=dict)


def settings(report: Report) -> Terms:
    """The saga's terms; what is not understood is reported and left out."""
    given = (report.source.value["document"].get("metadata") or {}).get("saga", {})
    at = "/document/metadata/saga"
    if given is True or given is None:
        return Terms()
    known = {"onFault", "order", "deadline", "budget"}
    if not isinstance(given, dict) or not set(given) <= known or given.get("order", "reverse") != "reverse":
        report.at("SAG003", at)
        return Terms()
    on_fault = given.get("onFault", "compensate")
    if on_fault not in ("compensate", "none"):
        report.at("SAG003", f"{at}/onFault", value=True)
    deadline = _deadline(report, given, at)
    if deadline is not None:
        _too_long(report, deadline)
    return Terms("none" if on_fault == "none" else "compensate", deadline, _budget(report, given, at))


def _deadline(report: Report, given: dict[str, Any], at: str) -> timedelta | None:
    if "deadline" not in given:
        return None
    try:
        deadline = parse_duration(given["deadline"])
    except DomainError as error:
        report.at("SAG006", f"{at}/deadline", f"the deadline: {error}", value=True)
        return None
    if not deadline:
        report.at("SAG006", f"{at}/deadline", "the deadline is zero", value=True)
        return None
    return deadline


def _budget(report: Report, given: dict[str, Any], at: str) -> dict[str, float]:
    budget = given.get("budget", {})
    if not isinstance(budget, dict):
        report.at(
            "SAG006", f"{at}/budget", "the budget is a map of units, like {steps: 200, tokens: 50000}", value=True
        )
        return {}
    found: dict[str, float] = {}
    for unit, amount in budget.items():
        fits = isinstance(amount, int | float) and not isinstance(amount, bool) and amount > 0
        if fits and re.fullmatch(r"[a-z][a-z0-9_]{0,31}", unit):
            found[unit] = float(amount)
        else:
            report.at(
                "SAG006", f"{at}/budget/{escape(unit)}", f"'{unit}' is no unit with a positive amount", value=True
            )
    return found


def _too_long(report: Report, deadline: timedelta) -> None:
    """Whatever waits longer than the deadline never comes to its end: said before anything runs."""
    for task in all_tasks(report.source.value):
        for place, value in _spans(task):
            try:
                span = parse_duration(value)
            except DomainError:
                continue  # an expression, or a fault that another stage reports
            if span >= deadline:
                report.at(
                    "SAG007",
                    f"{task.pointer}/{place}",
                    f"'{task.name}' may take {span}, the saga's deadline is {deadline}",
                    value=True,
                )


def _spans(task: Task) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if task.kind == "wait":
        found.append(("wait", task.body["wait"]))
    given = task.body.get("with")
    if builtin(task.body) == APPROVAL and isinstance(given, dict) and "timeout" in given:
        found.append(("with/timeout", given["timeout"]))
    return found


def check(report: Report, links: Links, heavy: tuple[str, ...], *, strict: bool) -> None:
    """``strict``: findings are errors, else warnings."""
    _compensations(report, links, heavy)
    severity: Severity = "error" if strict else "warning"
    document = report.source.value
    own = functions(document)
    for root in roots(document):
        for task in below(root):
            contract = _effect(task, links)
            if contract is None or contract.effects is None and contract.determinism != "effectful":
                continue
            irreversible = _irreversible(task, links)
            if compensation(task) is not None:
                continue
            if contract.undo is None and not irreversible and not _waived(task, "SAG001"):
                message = f"'{task.name}' calls {contract.ref}, which has an effect and no undo"
                report.at("SAG001", f"{task.pointer}/{task.kind}", message, severity=severity)
    for items, pointer, sequence in _lists(document):
        tasks = task_list(items, pointer, sequence=sequence)
        for task in tasks:
            final = next((t for t in _deep(task, own) if _irreversible(t, links)), None)
            if final is None or _waived(final, "SAG002") or _waived(task, "SAG002"):
                continue
            later = _fallible_after(task, tasks, links, own) if sequence else None
            if later is not None:
                message = f"'{final.name}' cannot be undone, and '{later.name}' after it may fail"
                report.at("SAG002", f"{task.pointer}", message, severity=severity)


def _compensations(report: Report, links: Links, heavy: tuple[str, ...]) -> None:
    """Declared compensations: of something that has an effect, with expressions that are evaluated on the spot."""
    for task in all_tasks(report.source.value):
        declared, contract = compensation(task), _effect(task, links)
        metadata = task.body.get("metadata") or {}
        at = f"{task.pointer}/metadata"
        if "irreversible" in metadata and (metadata["irreversible"] is not True or declared is not None):
            report.at("SAG004", f"{at}/irreversible", "irreversible is true, and stands without compensate", value=True)
        if declared is None or contract is None:
            continue
        if contract.effects is None and contract.determinism != "effectful":
            report.at("SAG004", f"{at}/compensate", f"{contract.ref} has no effect: there is nothing to take back")
        for text in expressions_in(declared.get("with", {})):
            if text in heavy:
                report.at("SAG005", f"{at}/compensate/with", f"'{text[:60]}' would be a step of its own", value=True)


def _lists(document: dict[str, object]) -> Iterator[tuple[object, str, bool]]:
    yield document.get("do"), "/do", True
    for root in roots(document):
        for task in below(root):
            for path, items, sequence in inner_lists(task):
                yield items, f"{task.pointer}/{path}", sequence


def _effect(task: Task, links: Links) -> Contract | None:
    """The contract a task calls."""
    if task.kind == "emit":
        return None  # an event is undone by no one and harms no one: it goes through the outbox
    return links.contract(task.body) if task.kind in ("call", "run") else None


def _irreversible(task: Task, links: Links) -> bool:
    contract = _effect(task, links)
    if contract is None:
        return False
    metadata = task.body.get("metadata")
    said = isinstance(metadata, dict) and metadata.get("irreversible") is True
    return said or (contract.effects is not None and contract.effects.irreversible and compensation(task) is None)


def _waived(task: Task, code: str) -> bool:
    metadata = task.body.get("metadata")
    waive = metadata.get("waive") if isinstance(metadata, dict) else None
    return isinstance(waive, list) and code in waive


def _deep(task: Task, own: dict[str, Task], seen: frozenset[str] = frozenset()) -> Iterator[Task]:
    """``task``, all inside it, and all inside the functions it calls."""
    for inner in below(task):
        yield inner
        name = str(inner.body.get("call")) if inner.kind == "call" else ""
        if name in own and name not in seen:
            yield from _deep(own[name], own, seen | {name})


def _fallible_after(task: Task, tasks: list[Task], links: Links, own: dict[str, Task]) -> Task | None:
    """The first task that may run after ``task`` in its list and may fail: one that calls or raises."""
    seen: set[int] = set()
    queue = [target for target in following(task) if isinstance(target, int)]
    while queue:
        index = queue.pop(0)
        if index in seen:
            continue
        seen.add(index)
        for inner in _deep(tasks[index], own):
            if inner.kind == "raise" or (inner.kind == "call" and linked_name(inner.body) in links.calls):
                return inner
        queue += [target for target in following(tasks[index]) if isinstance(target, int)]
    return None
