"""Writes docs/ows-coverage.md from what the tests found: ``make ows-coverage``. One line per construct."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from definitions.examples import ROOT

from ctk.gherkin import Scenario
from symphainy.foundations.definitions.protocols import is_protocol
from symphainy.foundations.definitions.tasks import all_tasks
from symphainy.foundations.definitions.unsupported import UNSUPPORTED
from symphainy.foundations.definitions.yaml12 import load

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ows-coverage.md"
OWN = {
    "authentication digest": ("protocols/test_http.py::test_digest",),
    "authentication oidc": ("protocols/test_http.py::test_openid", "protocols/test_http.py::test_a_token_of_another"),
    "call a2a": ("protocols/test_mcp_and_a2a.py::test_an_agent",),
    "call asyncapi": ("protocols/test_asyncapi.py",),
    "call function at an address": ("protocols/test_functions.py::test_a_function_at",),
    "call function of a catalog": ("protocols/test_functions.py::test_a_function_of",),
    "call grpc": ("protocols/test_grpc.py",),
    "call http": ("protocols/test_http.py",),
    "call mcp": (
        "protocols/test_mcp_and_a2a.py::test_tools", "protocols/test_mcp_and_a2a.py::test_an_error",
        "protocols/test_mcp_and_a2a.py::test_a_program",
    ),
    "call openapi": ("protocols/test_http.py::test_an_operation",),
    "lifecycle events": ("machine/test_lifecycle.py",),
    "listen": ("machine/test_listen.py",),
    "run container": ("protocols/test_processes.py::test_the_command_of_a_container",),
    "run script, run shell": ("protocols/test_processes.py",),
    "schedule after": ("runtime/test_schedules.py::test_a_run_follows",),
    "schedule every, cron": ("runtime/test_schedules.py::test_temporal_has", "definitions/test_schedule.py"),
    "schedule on": (
        "runtime/test_schedules.py::test_events_start", "runtime/test_schedules.py::test_who_dies", "machine/test_gathering.py",
    ),
    "use extensions": ("machine/test_extensions.py",),
}  # fmt: skip
"""Construct → this project's own tests of it, by file or by the beginning of their names: what no case from outside shows."""
COMMON = ("if", "input", "output", "export", "timeout", "then")


def constructs(document: dict[str, Any]) -> set[str]:
    """The constructs that a document uses.

    >>> sorted(constructs({"do": [{"a": {"call": "http", "with": {}, "if": "."}}], "timeout": {}}))
    ['call http', 'task if', 'workflow timeout']
    """
    found = {f"workflow {key}" for key in ("input", "output", "timeout", "schedule") if key in document}
    found |= {f"use {section}" for section in document.get("use") or {}}
    for task in all_tasks(document):
        found |= {f"task {key}" for key in COMMON if key in task.body}
        found.add(_kind(task.kind, task.body))
        if task.kind == "fork" and task.body["fork"].get("compete"):
            found.add("fork compete")
        if task.kind == "try" and task.body["catch"].get("retry"):
            found.add("try retry")
        if task.kind == "listen":
            to = task.body["listen"]["to"]
            found |= {f"listen {key}" for key in to} | ({"listen foreach"} if "foreach" in task.body else set())
        if task.kind == "call" and isinstance(task.body.get("with"), dict):
            found |= {f"authentication {scheme}" for scheme in _schemes(task.body["with"])}
    return found


def _kind(kind: str, body: dict[str, Any]) -> str:
    if kind == "call":
        return f"call {body['call']}" if is_protocol(body["call"]) else "call function"
    if kind == "run":
        return "run " + next(key for key in ("workflow", "script", "shell", "container") if key in body["run"])
    return kind


def _schemes(given: dict[str, Any]) -> set[str]:
    endpoint = given.get("endpoint")
    policy = endpoint.get("authentication") if isinstance(endpoint, dict) else None
    return set(policy) - {"use"} if isinstance(policy, dict) else set()


def text_of(case: Any) -> str:
    """The document of a scenario, or of an entry of expected.yaml."""
    if isinstance(case, Scenario):
        return next(step.block for step in case.steps if step.text.startswith("a workflow with definition"))
    return (ROOT / case["file"]).read_text()


def own(nodes: dict[str, str]) -> list[str]:
    """A line per construct with tests of our own. ``nodes``: test → its outcome.

    >>> own({"tests/protocols/test_asyncapi.py::test_x[a]": "passed"})[3]
    '| call asyncapi | 1 | 0 | 0 |'
    """
    lines = []
    for construct, places in sorted(OWN.items()):
        found = [how for node, how in nodes.items() if node.removeprefix("tests/").startswith(places)]
        lines.append(
            f"| {construct} | " + " | ".join(str(found.count(how)) for how in ("passed", "failed", "skipped")) + " |"
        )
    return lines


def page(results: list[tuple[Any, str, str]], nodes: dict[str, str]) -> str:
    """The page. ``results``: each case, its outcome (passed, failed, skipped), and why it was skipped; ``nodes`` as in ``own``."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: {"passed": 0, "failed": 0, "skipped": 0})
    reasons: dict[str, int] = defaultdict(int)
    sums = {
        "conformance kit": {"passed": 0, "failed": 0, "skipped": 0},
        "public expectations": {"passed": 0, "failed": 0, "skipped": 0},
    }
    for case, outcome, reason in results:
        sums["conformance kit" if isinstance(case, Scenario) else "public expectations"][outcome] += 1
        for construct in constructs(load(text_of(case)).value):
            table[construct][outcome] += 1
        if outcome == "skipped":
            reasons[reason] += 1
    lines = [
        "# Coverage of the language", "",
        "Written by `make ows-coverage` from the results of that run; not by hand. A case is one scenario of the",
        "specification's conformance kit, or one entry of the public expectations that neither a contested point nor another runtime",
        "decides. A case counts for every construct that its document uses.", "",
        "| cases | passed | failed | skipped |", "|---|---|---|---|",
        *(f"| {name} | {row['passed']} | {row['failed']} | {row['skipped']} |" for name, row in sums.items()),
        "", "| construct | passed | failed | skipped |", "|---|---|---|---|",
        *(f"| {name} | {row['passed']} | {row['failed']} | {row['skipped']} |" for name, row in sorted(table.items())),
        "", "Why cases were skipped: " + ("; ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items())) or "none was."),
        "", "## Tests of our own", "", "What no case from outside shows, or not enough of it:", "",
        "| construct | passed | failed | skipped |", "|---|---|---|---|", *own(nodes),
        "", "## Refused by name", "", "What is not supported is refused when the definition is checked (`LNK004`), never ignored:", "",
        *(f"- `{name}`: {why}" for name, why in sorted(UNSUPPORTED.items())), "",
    ]  # fmt: skip
    return "\n".join(lines)
