"""The compiler: text → plan, or diagnostics that say what is wrong, where, and how to mend it. Pure; the same for API, CLI and tests.

parse → keys → schema → structure → expressions → types → link → saga checks → the caller's checks → sealed plan.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from symphainy.foundations.definitions import approval_checks, expression_stage, saga_checks, schema, structure, types
from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.link import link
from symphainy.foundations.definitions.plan import Linked, Plan
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.schedule import awaited
from symphainy.foundations.definitions.tasks import all_tasks
from symphainy.foundations.definitions.yaml12 import Source, load
from symphainy.foundations.language.contract import Catalog, Contract
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.wire import CODE_SAGA

__all__ = ["Check", "Compiled", "compile_document", "compile_text", "normalise", "one_step_plan"]


class Compiled(Message):
    """A plan, or None when there is an error; and everything that was found."""

    plan: Plan | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that keep a plan from being made."""
        return tuple(d for d in self.diagnostics if d.severity == "error")


class Check:
    """A further check, handed in by whoever composes (DECISIONS.md 7). Override what you check."""

    def plan(self, plan: Plan, source: Source) -> Iterable[Diagnostic]:
        """Findings about a plan; ``source.place(pointer)`` gives line and column."""
        return ()

    def policy(self, file: str, text: str) -> Iterable[Diagnostic]:
        """Findings about a policy file of a solution."""
        return ()


def compile_text(
    text: str, *, file: str = "", catalog: Catalog, checks: Sequence[Check] = (), saga: bool | None = None
) -> Compiled:
    """Compile YAML or JSON. ``saga``: whether saga findings are errors; None: as the document says.

    >>> compile_text("do: []", catalog=Catalog()).errors[0].code
    'SCH003'
    """
    return _compile(load(text, file=file), catalog, checks, saga)


_BARE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON takes as it is, and YAML refuses or reads as the end of a line unless it is escaped."""


def compile_document(
    document: dict[str, Json],
    *,
    file: str = "",
    catalog: Catalog,
    checks: Sequence[Check] = (),
    saga: bool | None = None,
) -> Compiled:
    """Compile a document that is already data; positions are those of its indented JSON."""
    text = _BARE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(document, indent=1, ensure_ascii=False))
    return compile_text(text, file=file, catalog=catalog, checks=checks, saga=saga)


def _compile(source: Source, catalog: Catalog, checks: Sequence[Check], saga: bool | None) -> Compiled:
    report = Report(source)
    if not report.failed() and not isinstance(source.value, dict):
        report.at("YAML005", "", "a workflow is a map with the keys document and do")
    if report.failed():
        return Compiled(diagnostics=report.sorted())
    bad = structure.check_keys(report)
    report.found += schema.check(source, bad)
    if report.failed():
        return Compiled(diagnostics=report.sorted())
    structure.check(report)
    heavy = expression_stage.check(report)
    terms = saga_checks.settings(report)
    links = link(report, catalog, heavy)
    types.check(report, links)
    approval_checks.check(report)
    saga_checks.check(report, links, heavy, strict=saga_checks.is_saga(source.value) if saga is None else saga)
    if report.failed():
        return Compiled(diagnostics=report.sorted())
    head = source.value["document"]
    plan = Plan(
        namespace=head["namespace"], name=head["name"], version=head["version"], document=normalise(source.value), calls=links.calls,
        capabilities=links.capabilities, heavy=heavy, on_fault=terms.on_fault, workflow=_workflow(head),
        deadline=terms.deadline, budget=terms.budget,
        listens=listens(source.value),
    ).sealed()  # fmt: skip
    for check in checks:
        report.found += check.plan(plan, source)
    return Compiled(plan=None if report.failed() else plan, diagnostics=report.sorted())


def _workflow(head: dict[str, Any]) -> str:
    """What walks the plan: the interpreter, or the function that the document stands for."""
    return CODE_SAGA if "code" in (head.get("metadata") or {}) else ""


def listens(document: dict[str, Json]) -> tuple[str, ...]:
    """The types of event that a run of this document may wait for, sorted; ``*`` where they cannot be named in advance."""
    found: set[str] = set()
    for task in all_tasks(document):
        if task.kind == "listen":
            found |= set(awaited(task.body["listen"]["to"]))
    return ("*",) if "*" in found else tuple(sorted(found))


_DATA = frozenset(["set", "with", "as", "from"])
"""Below these keys the author's own data begins: the order of its keys is the order of the output's."""


def normalise(value: Json) -> Any:
    """The document with its own keys in one order, so that equal definitions have equal digests.

    >>> list(normalise({"b": 1, "a": {"set": {"y": 1, "x": 2}}})["a"]["set"])
    ['y', 'x']
    """
    if isinstance(value, dict):
        return {key: value[key] if key in _DATA else normalise(value[key]) for key in sorted(value)}
    return [normalise(item) for item in value] if isinstance(value, list) else value


def one_step_plan(contract: Contract, catalog: Catalog) -> Plan:
    """A plan of one call: the workflow's input is the capability's argument, its output the workflow's."""
    name = contract.name.replace(".", "-").replace("_", "-")
    version = contract.version if contract.version.count(".") == 2 else f"{contract.version}.0.0"
    with_: Json = "${ . }"
    task = {"call": contract.ref, "with": with_}
    document = {
        "document": {"dsl": "1.0.3", "namespace": "one-step", "name": name, "version": version, "title": contract.title or contract.name},
        "do": [{contract.name.rpartition(".")[2]: task}],
    }  # fmt: skip
    undo = catalog.find(contract.undo) if contract.undo else None
    linked = {contract.ref: Linked.of(contract, undo.ref if undo else None)}
    if undo is not None:
        linked[undo.ref] = Linked.of(undo)
    return Plan(
        namespace="one-step", name=name, version=version, document=normalise(document),
        calls={contract.ref: contract.ref}, capabilities=linked,
    ).sealed()  # fmt: skip
