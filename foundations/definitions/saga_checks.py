"""Saga checks: can what this definition does be taken back when a later step fails? (DECISIONS.md 17)"""

from collections.abc import Iterator

from symphainy.foundations.definitions.diagnostics import Severity
from symphainy.foundations.definitions.link import Links
from symphainy.foundations.definitions.protocols import linked_name
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import Task, below, following, functions, inner_lists, roots, task_list
from symphainy.foundations.language.contract import Contract


def is_saga(document: dict[str, object]) -> bool:
    """Whether the document itself asks for saga semantics (``document.metadata.saga``)."""
    head = document.get("document")
    metadata = head.get("metadata") if isinstance(head, dict) else None
    return isinstance(metadata, dict) and "saga" in metadata


def settings(report: Report) -> str:
    """``onFault`` of the document: ``compensate`` (default) or ``none``."""
    given = (report.source.value["document"].get("metadata") or {}).get("saga", {})
    at = "/document/metadata/saga"
    if given is True:
        return "compensate"
    if (
        not isinstance(given, dict)
        or not set(given) <= {"onFault", "order"}
        or given.get("order", "reverse") != "reverse"
    ):
        report.at("SAG003", at)
        return "compensate"
    on_fault = given.get("onFault", "compensate")
    if on_fault not in ("compensate", "none"):
        report.at("SAG003", f"{at}/onFault", value=True)
        return "compensate"
    return str(on_fault)


def check(report: Report, links: Links, *, strict: bool) -> None:
    """``strict``: findings are errors, else warnings."""
    severity: Severity = "error" if strict else "warning"
    document = report.source.value
    own = functions(document)
    for root in roots(document):
        for task in below(root):
            contract = _effect(task, links)
            if contract is None or contract.effects is None and contract.determinism != "effectful":
                continue
            irreversible = contract.effects is not None and contract.effects.irreversible
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
    return contract is not None and contract.effects is not None and contract.effects.irreversible


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
