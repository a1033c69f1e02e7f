"""Where expressions stand in a document, and which variables each of them sees (DSL.md 1.4, 1.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symphainy.foundations.definitions.expressions import is_expression, strip
from symphainy.foundations.definitions.protocols import PROCESSES, is_protocol
from symphainy.foundations.definitions.protocols import at as _at
from symphainy.foundations.definitions.tasks import (
    Task,
    around,
    compensation,
    extensions,
    functions,
    inner_lists,
    task_list,
)
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.model import Json

WORKFLOW_INPUT = frozenset(["secrets", "workflow", "runtime"])
WORKFLOW_OUTPUT = WORKFLOW_INPUT | {"context"}
TASK_INPUT = WORKFLOW_OUTPUT | {"task"}
TASK = TASK_INPUT | {"input", "authorization"}
EXPORT = TASK | {"output"}


@dataclass(frozen=True)
class Site:
    """One expression: its bare text, its place and its variables. ``literal``: text with an expression inside that is never evaluated."""

    text: str
    pointer: str
    variables: frozenset[str]
    literal: bool = False
    whole: bool = False
    """A whole argument of a call, or of a policy of ``use.authentications``."""
    secret: bool = False
    """Whether a secret may be handed through here: to a call of the specification's own."""


def sites(document: dict[str, Any]) -> Iterator[Site]:
    """Every expression of the document, in the order of its parts."""
    yield from _shape(document.get("input"), "from", "/input", WORKFLOW_INPUT)
    yield from _shape(document.get("output"), "as", "/output", WORKFLOW_OUTPUT)
    yield from _deep(document.get("timeout"), "/timeout", WORKFLOW_OUTPUT)
    use = document.get("use") or {}
    for name, policy in (use.get("retries") or {}).items():
        yield from _policy(policy, f"/use/retries/{escape(name)}", TASK)
    for section in ("timeouts", "errors"):
        yield from _deep(use.get(section) or {}, f"/use/{section}", TASK)
    yield from _deep(use.get("authentications") or {}, "/use/authentications", TASK, whole=True, secret=True)
    yield from _deep(use.get("catalogs") or {}, "/use/catalogs", TASK, whole=True, secret=True)
    yield from _schedule(document.get("schedule") or {})
    yield from _list(document.get("do"), "/do", frozenset())
    for task in functions(document).values():
        yield from _task(task, frozenset())
    for at, given in extensions(document):
        yield from _always(given.get("when"), f"{at}/when", TASK_INPUT)
    for at, items in around(document):
        yield from _list(items, at, frozenset(["output"]) if at.endswith("/after") else frozenset())


def _list(items: Any, pointer: str, local: frozenset[str], *, sequence: bool = True) -> Iterator[Site]:
    for task in task_list(items, pointer, sequence=sequence):
        yield from _task(task, local)


def _task(task: Task, local: frozenset[str]) -> Iterator[Site]:
    body, at, inside = task.body, task.pointer, TASK | local
    yield from _always(body.get("if"), f"{at}/if", TASK_INPUT | local)
    yield from _shape(body.get("input"), "from", f"{at}/input", TASK_INPUT | local)
    yield from _deep(body.get("timeout"), f"{at}/timeout", inside)
    yield from _own(task, inside)
    inner = caught = local
    if task.kind == "for":
        inner = local | {body["for"].get("each", "item"), body["for"].get("at", "index")}
        yield from _loop(task, inside, TASK | inner)
    elif task.kind == "listen":
        events = body.get("foreach") or {}
        inner = local | {events.get("item", "item"), events.get("at", "index")}
        yield from _listen(task, inside, TASK | inner)
    elif task.kind == "call" and isinstance(messages := _at(body, ("with", "subscription", "foreach")), dict):
        inner = local | {messages.get("item", "item"), messages.get("at", "index")}
    elif task.kind == "try":
        caught = local | {body["catch"].get("as", "error")}
        yield from _catch(task, inside, TASK | caught)
    for path, items, sequence in inner_lists(task):
        seen = caught if path == "catch/do" else inner
        yield from _list(items, f"{at}/{path}", seen, sequence=sequence)
    if (declared := compensation(task)) is not None:
        yield from _deep(declared.get("with"), f"{at}/metadata/compensate/with", EXPORT | local, whole=True)
    yield from _shape(body.get("output"), "as", f"{at}/output", inside)
    yield from _shape(body.get("export"), "as", f"{at}/export", EXPORT | local)


def _own(task: Task, inside: frozenset[str]) -> Iterator[Site]:
    """Expressions of the kinds that have no tasks inside them."""
    body, at = task.body, task.pointer
    if task.kind == "switch":
        for i, item in enumerate(body["switch"]):
            for name, case in item.items():
                yield from _always(case.get("when"), f"{at}/switch/{i}/{escape(name)}/when", inside)
        return
    places = {
        "call": "with",
        "set": "set",
        "emit": "emit/event",
        "raise": "raise/error",
        "wait": "wait",
        "run": f"run/{next((kind for kind in PROCESSES if kind in body.get('run', {})), 'workflow')}",
    }
    if (place := places.get(task.kind)) is not None:
        head, _, rest = place.partition("/")
        value = body.get(head) or {}
        process = task.kind == "run" and rest in PROCESSES
        whole = task.kind == "call" or process
        secret = process or (whole and is_protocol(str(body["call"])))
        given: Any = value.get(rest) if rest else value
        iterated = _at(given, ("subscription", "foreach")) if body.get("call") == "asyncapi" else None
        if isinstance(iterated, dict):
            given = {**given, "subscription": {k: v for k, v in given["subscription"].items() if k != "foreach"}}
            yield from _iterated(iterated, f"{at}/with/subscription/foreach", inside)
        yield from _deep(given, f"{at}/{place}", inside, whole=whole, secret=secret)


def _iterated(given: dict[str, Any], at: str, inside: frozenset[str]) -> Iterator[Site]:
    """``foreach`` of an asynchronous subscription; the tasks in it are walked like any inner list."""
    within = inside | {given.get("item", "item"), given.get("at", "index")}
    yield from _shape(given.get("output"), "as", f"{at}/output", within)
    yield from _shape(given.get("export"), "as", f"{at}/export", within | {"output"})


def _loop(task: Task, inside: frozenset[str], within: frozenset[str]) -> Iterator[Site]:
    given, at = task.body["for"].get("in"), f"{task.pointer}/for/in"
    yield from _always(given, at, inside) if isinstance(given, str) else _deep(given, at, inside)
    yield from _always(task.body.get("while"), f"{task.pointer}/while", within)


def _listen(task: Task, inside: frozenset[str], within: frozenset[str]) -> Iterator[Site]:
    yield from _awaited(task.body["listen"]["to"], f"{task.pointer}/listen/to", inside)
    events = task.body.get("foreach") or {}
    yield from _shape(events.get("output"), "as", f"{task.pointer}/foreach/output", within)
    yield from _shape(events.get("export"), "as", f"{task.pointer}/foreach/export", within | {"output"})


def _schedule(given: dict[str, Any]) -> Iterator[Site]:
    """Filters that start a run see the event alone: there is no run yet."""
    if isinstance(on := given.get("on"), dict):
        yield from _awaited(on, "/schedule/on", frozenset())


def _awaited(to: dict[str, Any], at: str, inside: frozenset[str]) -> Iterator[Site]:
    yield from _strategy(to, at, inside)
    if isinstance(until := to.get("until"), dict):
        yield from _strategy(until, f"{at}/until", inside)
    else:
        yield from _always(until, f"{at}/until", inside)


def _strategy(strategy: Any, at: str, inside: frozenset[str]) -> Iterator[Site]:
    for mode in ("one", "any", "all"):
        given = strategy.get(mode, [])
        places = [(f"{at}/{mode}", given)] if mode == "one" else [(f"{at}/{mode}/{i}", f) for i, f in enumerate(given)]
        for place, wanted in places if given else ():
            yield from _deep(wanted.get("with"), f"{place}/with", inside)
            for name, correlation in (wanted.get("correlate") or {}).items():
                here = f"{place}/correlate/{escape(name)}"
                yield from _always(correlation.get("from"), f"{here}/from", inside)
                yield from _deep(correlation.get("expect"), f"{here}/expect", inside)


def _catch(task: Task, inside: frozenset[str], within: frozenset[str]) -> Iterator[Site]:
    catch, at = task.body["catch"], f"{task.pointer}/catch"
    for key in ("when", "exceptWhen"):
        yield from _always(catch.get(key), f"{at}/{key}", within)
    if isinstance(catch.get("retry"), dict):
        yield from _policy(catch["retry"], f"{at}/retry", inside)


def _policy(policy: dict[str, Any], at: str, variables: frozenset[str]) -> Iterator[Site]:
    for key in ("when", "exceptWhen"):
        yield from _always(policy.get(key), f"{at}/{key}", variables | {"error"})
    rest = {k: v for k, v in policy.items() if k not in ("when", "exceptWhen")}
    yield from _deep(rest, at, variables)


def _shape(holder: Any, key: str, at: str, variables: frozenset[str]) -> Iterator[Site]:
    """``input.from``, ``output.as``, ``export.as``: a string is always an expression."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, str):
        yield from _always(value, f"{at}/{key}", variables)
    elif value is not None:
        yield from _deep(value, f"{at}/{key}", variables)


def _always(value: Json, at: str, variables: frozenset[str]) -> Iterator[Site]:
    if isinstance(value, str):
        yield Site(strip(value), at, variables)


def _deep(
    value: Json, at: str, variables: frozenset[str], *, whole: bool = False, secret: bool = False
) -> Iterator[Site]:
    """Strings that are wholly ``${…}``, anywhere inside ``value``."""
    if isinstance(value, str):
        if is_expression(value):
            yield Site(strip(value), at, variables, whole=whole, secret=secret)
        elif "${" in value:
            yield Site(value, at, variables, literal=True)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _deep(item, f"{at}/{escape(key)}", variables, whole=whole, secret=secret)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _deep(item, f"{at}/{i}", variables, whole=whole, secret=secret)
