"""The link stage: what each ``call`` names, at which version, and what it owes. Nothing is guessed, nothing silently left out."""

from dataclasses import dataclass, field
from typing import Any

from symphainy.foundations.definitions.builtins import NEEDS, builtin
from symphainy.foundations.definitions.catalogs import parts
from symphainy.foundations.definitions.catalogs import place as remote_place
from symphainy.foundations.definitions.diagnostics import did_you_mean, quote
from symphainy.foundations.definitions.plan import Linked
from symphainy.foundations.definitions.protocols import PROTOCOLS, linked_name
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.tasks import Task, all_tasks, below, compensation, functions
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.contract import Catalog, Contract

EVALUATE = "core.evaluate@1"
PUBLISH = "event.publish"
EVENTS = "core.events@1"
DEFINITION = "core.definition@1"
FUNCTION = "core.function@1"


@dataclass
class Links:
    """What linking found: ``calls`` as written → ref, ref → contract, and ref → how to call it."""

    calls: dict[str, str] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    capabilities: dict[str, Linked] = field(default_factory=dict)
    remote: set[str] = field(default_factory=set)
    """Calls of functions that are fetched when they are called: what they take is not known before."""

    def contract(self, task: dict[str, Any]) -> Contract | None:
        """The contract behind a ``call`` task, None for a function of the document."""
        name = linked_name(task)
        return None if name in self.remote else self.contracts.get(self.calls.get(name, ""))

    def add(self, call: str, contract: Contract, catalog: Catalog) -> str | None:
        """Link ``call`` and its undo; the name of a declared undo that is not in the catalog, else None."""
        self.calls[call] = contract.ref
        if contract.ref in self.contracts:
            return None
        self.contracts[contract.ref] = contract
        undo = catalog.find(contract.undo) if contract.undo else None
        self.capabilities[contract.ref] = Linked.of(contract, undo.ref if undo else None)
        if undo is not None and undo.ref not in self.capabilities:
            self.capabilities[undo.ref] = Linked.of(undo)
        return contract.undo if contract.undo and undo is None else None


def link(report: Report, catalog: Catalog, heavy: tuple[str, ...]) -> Links:
    """Link every call of the document."""
    links, document = Links(), report.source.value
    own = functions(document)
    _cycles(report, own)
    for task in all_tasks(document):
        if task.kind == "call" and task.body["call"] not in own:
            _call(report, catalog, links, task, own)
        _compensation(report, catalog, links, task, own)
        if task.kind == "emit":
            _need(report, catalog, links, "emit", PUBLISH, f"{task.pointer}/emit", "emit tasks")
        if task.kind == "listen":
            _need(report, catalog, links, "listen", EVENTS, f"{task.pointer}/listen", "listen tasks")
        if task.kind == "run" and "workflow" not in task.body["run"]:
            _admitted(report, catalog, links, task)
        elif task.kind == "run":
            _need(report, catalog, links, "run", DEFINITION, f"{task.pointer}/run", "run: workflow")
    _code(report, catalog, links)
    if heavy:
        _need(report, catalog, links, EVALUATE, EVALUATE, "/do", "expressions that are not linear")
        links.calls.pop(EVALUATE, None)
    return links


def _call(report: Report, catalog: Catalog, links: Links, task: Task, own: dict[str, Task]) -> None:
    call, at = task.body["call"], f"{task.pointer}/call"
    if (own_kind := builtin(task.body)) is not None:
        for needed, ref in NEEDS[own_kind].items():
            _need(report, catalog, links, needed, ref, at, f"call: {call}")
        return
    name = linked_name(task.body)
    if name in links.calls:
        return
    if name == "mcp.stdio" and catalog.find("core.mcp.stdio@1") is None:
        report.at(
            "LNK007", f"{task.pointer}/with/transport/stdio", "no policy admits MCP servers that are started here"
        )
        return
    if call in PROTOCOLS:
        _need(report, catalog, links, name, f"core.{name}@1", at, f"call: {call}")
        return
    catalogs = (report.source.value.get("use") or {}).get("catalogs") or {}
    name, version, where = parts(call)
    if remote_place(call, catalogs) is not None:
        _need(report, catalog, links, call, FUNCTION, at, "a function of another catalog")
        links.remote.add(call)
    elif where not in ("", "default"):
        hint = did_you_mean(where, catalogs)
        report.at("DOC004", at, f"there is no catalog '{where}' in use.catalogs{hint}", value=True)
    else:
        _capability(report, catalog, links, call, at, own)


def _capability(report: Report, catalog: Catalog, links: Links, call: str, at: str, own: dict[str, Task]) -> None:
    name, version, _ = parts(call)
    contract = catalog.find(f"{name}@{version}" if version else name)
    if contract is None:
        versions = sorted({c.version for c in catalog.contracts if c.name == name})
        if versions:
            report.at("LNK002", at, f"{name} has no version {version}; there is {quote(versions)}", value=True)
        else:
            known = [*own, *(c.name for c in catalog.contracts)]
            report.at(
                "LNK001", at, f"there is no function or capability '{name}'{did_you_mean(name, known)}", value=True
            )
        return
    _undo(report, links.add(call, contract, catalog), contract, at)


def _code(report: Report, catalog: Catalog, links: Links) -> None:
    """What the function behind a code-first saga uses (``metadata.code.uses``); its document has no tasks of its own."""
    document = report.source.value
    code = (document["document"].get("metadata") or {}).get("code")
    if code is None:
        return
    at, uses = "/document/metadata/code", code.get("uses") if isinstance(code, dict) else None
    if not isinstance(uses, list) or not all(isinstance(name, str) for name in uses) or document["do"]:
        report.at("COD001", at)
        return
    for place, name in enumerate(uses):
        contract = catalog.find(name)
        if contract is None:
            known = did_you_mean(name, [c.name for c in catalog.contracts])
            report.at("LNK001", f"{at}/uses/{place}", f"there is no capability '{name}'{known}", value=True)
        else:
            _undo(report, links.add(name, contract, catalog), contract, f"{at}/uses/{place}")


def _compensation(report: Report, catalog: Catalog, links: Links, task: Task, own: dict[str, Task]) -> None:
    """What the task declares to take it back, linked like any call."""
    if "compensate" not in (task.body.get("metadata") or {}):
        return
    at, declared = f"{task.pointer}/metadata/compensate", compensation(task)
    call = declared.get("call") if declared is not None else None
    if declared is None or not isinstance(call, str) or not set(declared) <= {"call", "with"}:
        report.at("SAG004", at, "it is written {call: CAPABILITY, with: …}", value=True)
    elif task.kind != "call" or task.body["call"] in own or builtin(task.body) is not None:
        report.at("SAG004", at, f"'{task.name}' calls no capability: it has no effect of its own to take back")
    elif call in own or call in PROTOCOLS or builtin(declared) is not None:
        report.at("SAG004", f"{at}/call", f"'{call}' is no capability of the catalog", value=True)
    else:
        _call(report, catalog, links, Task(task.name, at, "call", declared), own)


def _need(report: Report, catalog: Catalog, links: Links, call: str, ref: str, at: str, construct: str) -> None:
    contract = catalog.find(ref)
    if contract is None:
        report.at("LNK003", at, f"unsupported here: {construct} needs the capability {ref}, which is not installed")
    else:
        _undo(report, links.add(call, contract, catalog), contract, at)


def _admitted(report: Report, catalog: Catalog, links: Links, task: Task) -> None:
    """A process is run only where an operator's policy admits its kind: then its capability is there."""
    name = linked_name(task.body)
    kind = name.removeprefix("run.")
    contract = catalog.find(f"core.{kind}@1")
    if contract is None:
        report.at("LNK007", f"{task.pointer}/run/{kind}", f"no policy admits run tasks with a {kind} here")
    else:
        links.add(name, contract, catalog)


def _undo(report: Report, missing: str | None, contract: Contract, at: str) -> None:
    if missing is not None:
        report.at("LNK006", at, f"{contract.ref} is undone by '{missing}', which is not in the catalog")


def _cycles(report: Report, own: dict[str, Task]) -> None:
    """Functions are inlined where they are called: one that reaches itself would never end."""
    calls: dict[str, set[str]] = {
        name: {str(t.body["call"]) for t in below(task) if t.kind == "call"} & set(own) for name, task in own.items()
    }  # fmt: skip
    for name in own:
        seen: set[str] = set()
        queue = list(calls[name])
        while queue:
            here = queue.pop()
            if here not in seen:
                seen.add(here)
                queue += calls[here]
        if name in seen:
            report.at("LNK005", f"/use/functions/{escape(name)}", f"the function '{name}' calls itself")
