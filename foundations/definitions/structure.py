"""Rules that the schema cannot say: keys of each task kind, unique names, targets of ``then``, names under ``use``, durations."""

from collections.abc import Iterator
from typing import Any

from symphainy.foundations.definitions import schedule, unsupported
from symphainy.foundations.definitions.diagnostics import did_you_mean, quote
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.expressions import is_expression
from symphainy.foundations.definitions.machine.lifecycle import LEVELS
from symphainy.foundations.definitions.protocols import PROCESSES, policies
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import (
    COMMON,
    DIRECTIVES,
    KEYS,
    Task,
    all_tasks,
    around,
    exits,
    following,
    inner_lists,
    named,
    task_list,
)
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.errors import DomainError

TOP = frozenset(["document", "input", "use", "do", "timeout", "output", "schedule", "evaluate"])
OWN_NAMES = frozenset(["context", "input", "output", "secrets", "task", "workflow", "runtime", "authorization", "ENV"])

BINDS = {
    "for": (("for", "each"), ("for", "at")),
    "listen": (("foreach", "item"), ("foreach", "at")),
    "try": (("catch", "as"),),
}
"""Kind → where it names the variables that it binds."""


def check_keys(report: Report) -> frozenset[str]:
    """Unknown keys, before the schema stage, which would say it worse; the pointers that are dealt with."""
    document, bad = report.source.value, set[str]()
    for key in document:
        if key not in TOP and not key.startswith(("x-", ".")):
            report.at("SCH004", f"/{escape(key)}", f"'{key}' is no key of a workflow{did_you_mean(key, TOP)}")
            bad.add("")
    for task in all_tasks(document):
        known = COMMON | KEYS.get(task.kind, frozenset())
        if not task.kind:
            report.at(
                "SCH006", task.pointer, f"the task '{task.name}' has no kind: its keys are {quote(task.body) or 'none'}"
            )
            bad.add(task.pointer)
        for key in task.body:
            if task.kind and key not in known:
                guess = did_you_mean(key, known)
                report.at("SCH002", f"{task.pointer}/{escape(key)}", f"'{key}' is no key of a {task.kind} task{guess}")
                bad.add(task.pointer)
    return frozenset(bad)


def check(report: Report) -> None:
    """All rules of a document that has passed the schema."""
    document = report.source.value
    for construct, pointer in unsupported.found(document):
        if construct in unsupported.UNSUPPORTED:
            report.at("LNK004", pointer, f"not supported by this version: {unsupported.UNSUPPORTED[construct]}")
    _evaluation(report, document.get("evaluate") or {})
    schedule.check(report)
    _lifecycle(report, document["document"].get("metadata") or {})
    for pointer, items in [("/do", document.get("do")), *around(document)]:
        _list(report, pointer, items, sequence=True)
    for task in all_tasks(document):
        for path, items, sequence in inner_lists(task):
            _list(report, f"{task.pointer}/{path}", items, sequence=sequence)
        _task(report, document, task)
    _timeout(report, document, "/timeout", document.get("timeout"))
    use = document.get("use") or {}
    for name, timeout in (use.get("timeouts") or {}).items():
        _duration(report, f"/use/timeouts/{escape(name)}/after", timeout.get("after"))
    for name, policy in (use.get("retries") or {}).items():
        _policy(report, f"/use/retries/{escape(name)}", policy)
    for name, policy in (use.get("authentications") or {}).items():
        if isinstance(policy, dict):
            _policy_secrets(report, use, f"/use/authentications/{escape(name)}", policy)
    _catalogs(report, use)
    _schemas(report, document)


def _catalogs(report: Report, use: dict[str, Any]) -> None:
    """The policies that the endpoints of catalogs name."""
    for name, catalog in (use.get("catalogs") or {}).items():
        for way, policy in policies("catalog", catalog):
            _policy_named(report, use, "/".join((f"/use/catalogs/{escape(name)}", *way)), policy)


def _policy_named(report: Report, use: dict[str, Any], where: str, policy: dict[str, Any]) -> None:
    if isinstance(name := policy.get("use"), str):
        _known(report, f"{where}/use", name, use.get("authentications") or {}, "policy", "use.authentications")
    else:
        _policy_secrets(report, use, where, policy)


def _evaluation(report: Report, evaluate: dict[str, Any]) -> None:
    if evaluate.get("language", "jq") != "jq" or evaluate.get("mode", "strict") != "strict":
        report.at("EXP007", "/evaluate")


def _lifecycle(report: Report, metadata: dict[str, Any]) -> None:
    if "lifecycle" in metadata and metadata["lifecycle"] not in LEVELS:
        report.at("SCH001", "/document/metadata/lifecycle", f"lifecycle must be one of {quote(LEVELS)}", value=True)
    elif "lifecycle" in metadata and "code" in metadata:
        message = "not supported by this version: lifecycle events of a code-first saga, which has no tasks"
        report.at("LNK004", "/document/metadata/lifecycle", message)


def _list(report: Report, pointer: str, items: Any, *, sequence: bool) -> None:
    tasks = task_list(items, pointer, sequence=sequence)
    seen: set[str] = set()
    for task in tasks:
        if task.name in seen:
            report.at("DOC001", task.pointer, f"the name '{task.name}' stands twice in this list")
        seen.add(task.name)
    if not sequence or not tasks:
        return
    reached, queue = {0}, [0]
    while queue:
        for target in following(tasks[queue.pop()]):
            if isinstance(target, int) and target not in reached:
                reached.add(target)
                queue.append(target)
    for task in tasks:
        if task.index not in reached:
            report.at("DOC007", task.pointer, f"nothing leads to the task '{task.name}'")


def _task(report: Report, document: dict[str, Any], task: Task) -> None:
    for target, _, where in exits(task):
        if target not in DIRECTIVES and target not in task.siblings:
            hint = did_you_mean(target, [*task.siblings, *DIRECTIVES])
            scope = "its own list" if task.siblings else "a list: a function or branch stands alone"
            report.at("DOC002", f"{task.pointer}/{where}", f"'{target}' is no task of {scope}{hint}", value=True)
    use, body = document.get("use") or {}, task.body
    _timeout(report, document, f"{task.pointer}/timeout", body.get("timeout"))
    if task.kind == "switch" and sum("when" not in case for _, _, case in named(body["switch"])) > 1:
        report.at("DOC003", f"{task.pointer}/switch")
    if task.kind == "wait":
        _duration(report, f"{task.pointer}/wait", body["wait"])
    if task.kind == "raise" and isinstance(error := body["raise"].get("error"), str):
        _known(report, f"{task.pointer}/raise/error", error, use.get("errors") or {}, "error", "use.errors")
    if task.kind in ("call", "run"):
        _policies(report, use, task)
    if task.kind in ("emit", "listen"):
        _events(report, task)
    for place, key in BINDS.get(task.kind, ()):
        _variable(report, f"{task.pointer}/{place}/{key}", (body.get(place) or {}).get(key))
    if task.kind == "try":
        _retry(report, use, task)


def _events(report: Report, task: Task) -> None:
    if task.kind == "listen":
        schedule.patterns(report, f"{task.pointer}/listen/to", task.body["listen"]["to"])
    elif "with" not in task.body["emit"]["event"]:
        report.at("SCH003", f"{task.pointer}/emit/event", "an event to emit needs 'with', and in it a type")


def _retry(report: Report, use: dict[str, Any], task: Task) -> None:
    """The retry policy of a try, by name or in place."""
    if isinstance(policy := task.body["catch"].get("retry"), str):
        _known(report, f"{task.pointer}/catch/retry", policy, use.get("retries") or {}, "retry policy", "use.retries")
    elif policy is not None:
        _policy(report, f"{task.pointer}/catch/retry", policy)


def _policies(report: Report, use: dict[str, Any], task: Task) -> None:
    """The policies and secrets that the endpoints of a call, or of a script, name."""
    if task.kind == "call":
        call, given, place = str(task.body["call"]), task.body.get("with"), f"{task.pointer}/with"
    else:
        call = next((kind for kind in PROCESSES if kind in task.body["run"]), "")
        given, place = task.body["run"].get(call), f"{task.pointer}/run/{call}"
    for way, policy in policies(call, given):
        _policy_named(report, use, "/".join((place, *way)), policy)


def _policy_secrets(report: Report, use: dict[str, Any], at: str, policy: dict[str, Any]) -> None:
    for scheme, given in policy.items():
        if isinstance(given, dict) and isinstance(name := given.get("use"), str):
            known = dict.fromkeys(use.get("secrets") or [])
            _known(report, f"{at}/{scheme}/use", name, known, "secret", "use.secrets")


def _known(report: Report, pointer: str, name: str, known: dict[str, Any], what: str, where: str) -> None:
    if name not in known:
        report.at("DOC004", pointer, f"there is no {what} '{name}' in {where}{did_you_mean(name, known)}", value=True)


def _variable(report: Report, pointer: str, name: str | None) -> None:
    if name is None:
        return
    if not (name.isidentifier() and name.isascii()) or name.startswith("__") or name in OWN_NAMES:
        report.at("DOC006", pointer, f"'{name}' cannot be a variable's name", value=True)


def _timeout(report: Report, document: dict[str, Any], pointer: str, timeout: Any) -> None:
    if isinstance(timeout, str):
        _known(report, pointer, timeout, (document.get("use") or {}).get("timeouts") or {}, "timeout", "use.timeouts")
    elif isinstance(timeout, dict):
        _duration(report, f"{pointer}/after", timeout.get("after"))


def _policy(report: Report, pointer: str, policy: dict[str, Any]) -> None:
    limit = policy.get("limit") or {}
    jitter = policy.get("jitter") or {}
    attempt = limit.get("attempt") or {}
    places = {
        "delay": policy.get("delay"), "jitter/from": jitter.get("from"), "jitter/to": jitter.get("to"),
        "limit/duration": limit.get("duration"), "limit/attempt/duration": attempt.get("duration"),
    }  # fmt: skip
    for path, value in places.items():
        _duration(report, f"{pointer}/{path}", value)


def _duration(report: Report, pointer: str, value: Any) -> None:
    if value is None or is_expression(value):
        return
    try:
        parse_duration(value)
    except DomainError as error:
        report.at("DOC005", pointer, str(error), value=True)


def _schemas(report: Report, document: dict[str, Any]) -> None:
    holders: Iterator[tuple[str, Any]] = (
        (f"{t.pointer}/{key}", t.body.get(key)) for t in all_tasks(document) for key in ("input", "output", "export")
    )
    for pointer, holder in [("/input", document.get("input")), ("/output", document.get("output")), *holders]:
        schema = holder.get("schema") if isinstance(holder, dict) else None
        if not isinstance(schema, dict):
            continue
        where = f"{pointer}/schema"
        if "document" not in schema or not str(schema.get("format", "json")).startswith("json"):
            report.at("DOC008", where, "only inline JSON Schemas are supported: give 'document', and format 'json'")
            continue
        foreign = next((ref for ref in _refs(schema["document"]) if not ref.startswith("#")), None)
        if foreign is not None:
            report.at("DOC008", f"{where}/document", f"the schema refers to {foreign}, which is not followed")
            continue
        try:
            import jsonschema_rs

            jsonschema_rs.validator_for(schema["document"])
        except Exception as error:  # the library raises several kinds for a schema it cannot compile
            report.at("DOC008", f"{where}/document", f"this is no JSON Schema: {str(error).splitlines()[0][:160]}")


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("$ref", "$dynamicRef") and isinstance(item, str):
                yield item
            else:
                yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
