"""A solution folder → a checked Solution Definition: its intents, bindings, policies, and the plans of its sagas (ARCHITECTURE 5)."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from symphainy.foundations.definitions.catalogs import parts as parse_call
from symphainy.foundations.definitions.compile import Check, Compiled, compile_text, one_step_plan
from symphainy.foundations.definitions.diagnostics import Diagnostic, diagnostic, did_you_mean
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.schedule import spelled, triggers
from symphainy.foundations.definitions.surfaces import Binding, IntentType, Name, Strict, check_bindings, check_duration
from symphainy.foundations.definitions.yaml12 import escape, load
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.model import Message

SemVer = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$")]


class Slo(Strict):
    """An objective for one intent (or ``*``): how long, and in which share of runs."""

    intent: str = "*"
    within: str
    target: Annotated[float, Field(gt=0, le=1)] = 0.99


class Budget(Strict):
    """A limit on what a run, or a day, may cost."""

    per: Literal["run", "day"] = "run"
    tokens: Annotated[int, Field(gt=0)] | None = None
    usd: Annotated[float, Field(gt=0)] | None = None


class SolutionFile(Strict):
    """``solution.yaml`` as its author writes it."""

    name: Name
    version: SemVer
    title: str = ""
    description: str = ""
    intents: dict[IntentType, str] = Field(min_length=1)
    """Intent type → name of a file in sagas/ (without .yaml), or a capability of the catalog."""
    bindings: list[Binding] = []
    classes: list[str] = []
    owners: list[str] = []
    slos: list[Slo] = []
    budgets: list[Budget] = []


class SolutionDefinition(Message):
    """A checked solution: what is stored and deployed. ``plans``: intent type → plan digest."""

    name: str
    version: str
    title: str = ""
    description: str = ""
    intents: dict[str, str]
    plans: dict[str, str] = {}
    bindings: tuple[Binding, ...] = ()
    classes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    slos: tuple[Slo, ...] = ()
    budgets: tuple[Budget, ...] = ()
    policies: dict[str, str] = {}
    """File → text."""
    scenarios: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    files: dict[str, str] = {}
    """File → SHA-256 of its text."""
    digest: str = ""


@dataclass(frozen=True)
class CompiledSolution:
    """A definition, or None when there is an error; the plans by intent type; everything that was found."""

    definition: SolutionDefinition | None = None
    plans: dict[str, Plan] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def solution_digest(files: Mapping[str, str]) -> str:
    """``sha256:<hex>`` over the sorted names and hashes of all files.

    >>> solution_digest({"b": "1", "a": "2"}) == solution_digest({"a": "2", "b": "1"})
    True
    """
    lines = "".join(f"{hashlib.sha256(files[name].encode()).hexdigest()}  {name}\n" for name in sorted(files))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def load_solution(files: Mapping[str, str], catalog: Catalog, checks: Sequence[Check] = ()) -> CompiledSolution:
    """Check a whole solution. ``files``: path inside the folder (with ``/``) → text; knowledge may be given by name with an empty text."""
    found: list[Diagnostic] = []
    groups = _group(files, found)
    source = load(files.get("solution.yaml", ""), file="solution.yaml")
    report = Report(source)
    if "solution.yaml" not in files:
        report = Report(load("{}", file="solution.yaml"))
        report.at("SOL001", "", "the folder has no solution.yaml")
    head = None if report.failed() else _parse(report)
    sagas = {PurePosixPath(name).stem: name for name in groups["sagas"]}
    compiled = {
        stem: compile_text(files[name], file=name, catalog=catalog, checks=checks, saga=True)
        for stem, name in sorted(sagas.items())
    }
    for result in compiled.values():
        found += result.diagnostics
    for name in groups["policies"]:
        for check in checks:
            found += check.policy(name, files[name])
    plans: dict[str, Plan] = {}
    if head is not None:
        plans = _intents(report, head, compiled, catalog)
        check_bindings(report, head.bindings, {i: _payload(i, head, plans, catalog) for i in head.intents})
        for i, slo in enumerate(head.slos):
            check_duration(report, f"/slos/{i}/within", slo.within)
    own = [] if head is None else _own_schedules(report, head, compiled)
    found += report.found
    ordered = tuple(
        sorted(
            {(d.file, d.code, d.pointer, d.message): d for d in found}.values(),
            key=lambda d: (d.file, d.line, d.column, d.code),
        )
    )
    if head is None or any(d.severity == "error" for d in ordered):
        return CompiledSolution(None, plans, ordered)
    bindings = (*head.bindings, *own)
    definition = SolutionDefinition(
        **head.model_dump(include={"name", "version", "title", "description", "intents", "classes", "owners"}),
        bindings=bindings, slos=tuple(head.slos), budgets=tuple(head.budgets),
        plans={intent: plan.digest for intent, plan in plans.items()}, policies={name: files[name] for name in groups["policies"]},
        scenarios=tuple(groups["scenarios"]), knowledge=tuple(groups["knowledge"]),
        files={name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(files.items())}, digest=solution_digest(files),
    )  # fmt: skip
    return CompiledSolution(definition, plans, ordered)


def _payload(intent: str, head: SolutionFile, plans: Mapping[str, Plan], catalog: Catalog) -> dict[str, Any] | None:
    """The schema of an intent's payload: its saga's, else its capability's."""
    plan = plans.get(intent)
    if plan is None:
        return None
    if plan.namespace == "one-step":
        contract = catalog.find("@".join(part for part in parse_call(head.intents[intent])[:2] if part))
        return contract.input if contract else None
    given = plan.document.get("input")
    schema = given.get("schema") if isinstance(given, dict) else None
    found = schema.get("document") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else None


def _intents(report: Report, head: SolutionFile, compiled: Mapping[str, Compiled], catalog: Catalog) -> dict[str, Plan]:
    """The plan that answers each intent: a saga of the folder before a capability of the catalog."""
    plans: dict[str, Plan] = {}
    for intent, target in head.intents.items():
        contract = catalog.find("@".join(part for part in parse_call(target)[:2] if part))
        if target in compiled:
            if (plan := compiled[target].plan) is not None:
                plans[intent] = plan
        elif contract is not None:
            plans[intent] = one_step_plan(contract, catalog)
        else:
            hint = did_you_mean(target, [*compiled, *(c.name for c in catalog.contracts)])
            message = f"'{target}' is neither a saga nor a capability{hint}"
            report.at("SOL002", f"/intents/{escape(intent)}", message, value=True)
    return plans


def _own_schedules(report: Report, head: SolutionFile, compiled: Mapping[str, Compiled]) -> list[Binding]:
    """What sagas of the folder say under ``schedule``, as bindings of the first intent that each of them answers."""
    found: list[Binding] = []
    taken = {binding.name for binding in head.bindings if binding.surface == "schedule"}
    for stem, made in compiled.items():
        intent = next((intent for intent, target in head.intents.items() if target == stem), None)
        if made.plan is None or intent is None:
            continue
        for word, about in triggers(made.plan.document).items():
            name = f"saga-{re.sub('[^a-z0-9]+', '-', stem.lower()).strip('-')[:40]}-{word}"
            if name in taken:
                report.at("SOL004", "/bindings", f"'{name}' is the name of what {stem}.yaml says under schedule")
                continue
            taken.add(name)
            found.append(
                Binding.model_validate({"surface": "schedule", "name": name, "intent": intent, **spelled(about)})
            )
    return found


_PLACES = {
    "sagas": re.compile(r"sagas/[A-Za-z0-9_-]+\.(yaml|yml|json)"), "policies": re.compile(r"policies/[A-Za-z0-9_-]+\.cedar(schema)?"),
    "scenarios": re.compile(r"scenarios/[A-Za-z0-9_-]+\.(yaml|yml)"), "knowledge": re.compile(r"knowledge/[^/\0\\][^\0\\]*"),
}  # fmt: skip
_PLAIN = frozenset(["solution.yaml", "README.md", "LICENSE"])


def _group(files: Mapping[str, str], found: list[Diagnostic]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {place: [] for place in _PLACES}
    stems: dict[str, str] = {}
    for name in sorted(files):
        place = next(
            (place for place, form in _PLACES.items() if form.fullmatch(name) and ".." not in name.split("/")), None
        )
        if place is None and name not in _PLAIN:
            found.append(diagnostic("SOL005", f"'{name}' does not belong into a solution", file=name))
        if place is not None:
            groups[place].append(name)
        if place == "sagas" and (first := stems.setdefault(PurePosixPath(name).stem, name)) != name:
            found.append(diagnostic("SOL005", f"'{name}' and '{first}' are the same saga", file=name))
    return groups


def _parse(report: Report) -> SolutionFile | None:
    try:
        return SolutionFile.model_validate(report.source.value)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            parts = [part for part in fault["loc"] if part != "[key]"]
            pointer = "".join(f"/{escape(part)}" for part in parts)
            known = _fields(parts)
            hint = did_you_mean(str(parts[-1]), known) if fault["type"] == "extra_forbidden" and parts else ""
            where = ".".join(map(str, parts)) or "solution.yaml"
            report.at("SOL001", pointer, f"{where}: {_lower(fault['msg'])}{hint}")
        return None


def _fields(parts: Sequence[Any]) -> Iterable[str]:
    models: dict[str, type[BaseModel]] = {"bindings": Binding, "slos": Slo, "budgets": Budget}
    model = models.get(str(parts[0]) if len(parts) > 1 else "", SolutionFile)
    return model.model_fields


def _lower(text: str) -> str:
    return {"Extra inputs are not permitted": "no such key", "Field required": "it is required"}.get(
        text, text[:1].lower() + text[1:]
    )
