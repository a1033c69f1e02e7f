"""Finds the tasks of a document: their kinds, where they stand, and where each may go next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.model import Json

COMMON = frozenset(["if", "input", "output", "export", "timeout", "then", "metadata"])
KEYS: dict[str, frozenset[str]] = {
    "call": frozenset(["call", "with"]), "do": frozenset(["do"]), "emit": frozenset(["emit"]), "for": frozenset(["for", "while", "do"]),
    "fork": frozenset(["fork"]), "listen": frozenset(["listen", "foreach"]), "raise": frozenset(["raise"]), "run": frozenset(["run"]),
    "set": frozenset(["set"]), "switch": frozenset(["switch"]), "try": frozenset(["try", "catch"]), "wait": frozenset(["wait"]),
}  # fmt: skip
"""Kind → its own keys. Looked up in this order, with ``for`` before ``do``: a loop has both."""
DIRECTIVES = frozenset(["continue", "exit", "end"])


def kind_of(task: dict[str, Json]) -> str | None:
    """The kind of a task, None when no key tells it."""
    return "for" if "for" in task else next((kind for kind in KEYS if kind in task), None)


@dataclass(frozen=True)
class Task:
    """One task where it stands. ``siblings`` are the names of its list, empty for a task that stands alone (a function, a branch)."""

    name: str
    pointer: str
    kind: str
    body: dict[str, Any]
    siblings: tuple[str, ...] = ()
    index: int = 0


def named(items: Any) -> list[tuple[int, str, dict[str, Any]]]:
    """Position, name and body of each well-formed item of a task list."""
    if not isinstance(items, list):
        return []
    pairs = [
        (i, *next(iter(item.items()))) for i, item in enumerate(items) if isinstance(item, dict) and len(item) == 1
    ]
    return [(i, name, body) for i, name, body in pairs if isinstance(body, dict)]


def task_list(items: Any, pointer: str, *, sequence: bool = True) -> list[Task]:
    """The tasks of one list (not those inside them)."""
    found = named(items)
    names = tuple(name for _, name, _ in found) if sequence else ()
    return [
        Task(name, f"{pointer}/{i}/{escape(name)}", kind_of(body) or "", body, names, place)
        for place, (i, name, body) in enumerate(found)
    ]  # fmt: skip


def inner_lists(task: Task) -> list[tuple[str, Any, bool]]:
    """Key path, items and whether they run one after the other, of each task list directly inside ``task``."""
    body, kind = task.body, task.kind
    if kind == "do":
        return [("do", body.get("do"), True)]
    if kind == "for":
        return [("do", body.get("do"), True)]
    if kind == "fork":
        return [("fork/branches", _dict(body.get("fork")).get("branches"), False)]
    if kind == "try":
        catch = _dict(body.get("catch"))
        return [("try", body.get("try"), True), *([("catch/do", catch["do"], True)] if "do" in catch else [])]
    if kind == "listen" and "do" in _dict(body.get("foreach")):
        return [("foreach/do", body["foreach"]["do"], True)]
    if kind == "call" and body.get("call") == "asyncapi":
        messages = _dict(_dict(_dict(body.get("with")).get("subscription")).get("foreach"))
        return [("with/subscription/foreach/do", messages["do"], True)] if "do" in messages else []
    return []


def below(task: Task) -> Iterator[Task]:
    """``task`` and every task inside it, in document order."""
    yield task
    for path, items, sequence in inner_lists(task):
        for inner in task_list(items, f"{task.pointer}/{path}", sequence=sequence):
            yield from below(inner)


def functions(document: dict[str, Any]) -> dict[str, Task]:
    """The document's own functions, each as a task that stands alone."""
    found = _dict(_dict(document.get("use")).get("functions"))
    return {
        name: Task(name, f"/use/functions/{escape(name)}", kind_of(body) or "", body)
        for name, body in found.items()
        if isinstance(body, dict)
    }


def extensions(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Pointer and definition of each extension, in order."""
    found = named(_dict(document.get("use")).get("extensions"))
    return [(f"/use/extensions/{i}/{escape(name)}", given) for i, name, given in found]


def around(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """Pointer and items of the lists that extensions have before and after a task."""
    return [
        (f"{at}/{when}", given[when])
        for at, given in extensions(document)
        for when in ("before", "after")
        if when in given
    ]


def roots(document: dict[str, Any]) -> list[Task]:
    """The tasks of the workflow's own list, then its functions, then those of its extensions."""
    inside = [task for at, items in around(document) for task in task_list(items, at)]
    return [*task_list(document.get("do"), "/do"), *functions(document).values(), *inside]


def all_tasks(document: dict[str, Any]) -> Iterator[Task]:
    """Every task of the document, functions included."""
    for root in roots(document):
        yield from below(root)


def exits(task: Task) -> list[tuple[str, str, str]]:
    """Where a task may go when it is through: (target, label, JSON pointer of the directive below the task).

    A target is a name of its list, or ``continue``, ``exit``, ``end``; a task that only raises has none.
    """
    own = task.body.get("then", "continue")
    out: list[tuple[str, str, str]] = []
    if task.kind == "switch":
        cases = named(task.body.get("switch"))
        out += [(case.get("then", "continue"), name, f"switch/{i}/{escape(name)}/then") for i, name, case in cases]
        if all("when" in case for _, _, case in cases):
            out.append((own, "otherwise", "then"))
    elif task.kind == "raise":
        pass
    else:
        out.append((own, "", "then"))
        catch = _dict(task.body.get("catch"))
        if task.kind == "try" and "then" in catch:
            out.append((catch["then"], "caught", "catch/then"))
    if "if" in task.body and not any(target == "continue" for target, _, _ in out):
        out.append(("continue", "skipped", "if"))
    return [(target, label, where) for target, label, where in out if isinstance(target, str)]


def following(task: Task) -> Iterator[int | str]:
    """Indices of the tasks of its list that ``task`` may lead to, or ``exit``/``end``."""
    for target, _, _ in exits(task):
        if target in ("exit", "end"):
            yield target
        elif target == "continue":
            yield task.index + 1 if task.index + 1 < len(task.siblings) else "exit"
        elif target in task.siblings:
            yield task.siblings.index(target)


def compensation(task: Task) -> dict[str, Any] | None:
    """What a task itself declares to take it back (``metadata.compensate``)."""
    declared = _dict(task.body.get("metadata")).get("compensate")
    return declared if isinstance(declared, dict) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
