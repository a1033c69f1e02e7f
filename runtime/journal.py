"""Journal rows in the making: an entry of the step boundary as the database takes it, sealed and digested."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.document import IndexBatch
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Problem, TooLarge
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.people import TaskChange
from symphainy.foundations.language.records import Decision, Edge, EventDraft, Record
from symphainy.foundations.language.rulings import Ruling
from symphainy.foundations.language.wire import StepCall, StepResult
from symphainy.runtime.chains import canonical, chained, verdict_of
from symphainy.runtime.forgotten import kept
from symphainy.runtime.ids import mint

__all__ = [
    "Batch",
    "Entry",
    "compose",
    "mark",
    "result_digest",
    "seal_result",
    "spell_events",
    "spoken",
    "unseal_result",
]

_MAX_EVENTS = 1000
"""Drafts of one step; more are data, and data travels as an artifact."""


@dataclass(frozen=True)
class Entry:
    """One governed step, as the step boundary hands it over: everything that is written down, in one."""

    call: StepCall
    input_digest: str
    result: StepResult
    record: Record
    contract: Contract | None
    passport: Passport
    artifacts: tuple[ArtifactRef, ...] = ()
    index: tuple[IndexBatch, ...] = ()
    people: tuple[TaskChange, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    recovered: bool = False


@dataclass
class Batch:
    """The entries of one execution, as parameters of ``surface_commit``."""

    entries: list[dict[str, Json]] = field(default_factory=list)
    outputs: list[bytes | None] = field(default_factory=list)
    arguments: list[bytes | None] = field(default_factory=list)
    data: list[bytes | None] = field(default_factory=list)


def compose(entries: Sequence[Entry], sealer: Sealer) -> Batch:
    """Seal, digest and spell out the entries of one execution."""
    batch = Batch()
    for entry in entries:
        call, tenant = entry.call, entry.call.tenant
        effectful = _effectful(entry.contract)
        about: dict[str, Json] = {
            **_row("undo" if call.kind == "undo" else "step", call.effect_key, entry.result.at),
            "capability": call.capability, "name": call.name, "task": call.task, "input_digest": entry.input_digest,
            "output_digest": result_digest(sealer, tenant, entry.result), "status": status_of(entry), "meta": _meta(entry),
            "recovered": entry.recovered, "effectful": effectful, "owner": call.grant_key or call.effect_key.removesuffix("/undo"),
            "decision": chained(_decision(entry)), "lineage": _lineage(entry),
            "events": spell_events(sealer, tenant, _events(entry), batch.data),
        }  # fmt: skip
        if entry.record.grant is not None:
            about["grant"] = entry.record.grant.model_dump(mode="json")
        batch.entries.append(about)
        batch.outputs.append(seal_result(sealer, tenant, call.effect_key, entry.result))
        # Deterministic steps can be told their arguments by history; for effects and agents the journal answers by itself.
        keep = (
            effectful
            or call.kind == "undo"
            or (entry.contract is not None and entry.contract.determinism != "deterministic")
        )
        batch.arguments.append(_seal(sealer, tenant, f"arguments:{call.effect_key}", call.arguments) if keep else None)
    return batch


def mark(kind: str, key: str, at: datetime, decision: Decision, **more: Json) -> dict[str, Json]:
    """A row that is no step's outcome (opening, claim, control, closing), with its decision."""
    return {**_row(kind, key, at), **more, "decision": chained(decision)}


def result_digest(sealer: Sealer, tenant: str, result: StepResult) -> str:
    """The keyed digest of how a step ended: output and problem, in canonical form."""
    told = result.model_dump(mode="json", include={"output", "problem"})
    return sealer.digest(tenant, canonical(told).encode())


def seal_result(sealer: Sealer, tenant: str, effect_key: str, result: StepResult) -> bytes:
    """Ciphertext of a result, bound to its effect key; the order of keys in the output is kept."""
    told = result.model_dump(mode="json", include={"output", "problem", "undo", "call_id", "path"})
    return _seal(sealer, tenant, f"output:{effect_key}", told)


def unseal_result(
    sealer: Sealer, tenant: str, effect_key: str, sealed: bytes | None, *, at: datetime, seq: int
) -> StepResult:
    """The result that ``seal_result`` has sealed. Raises as ``Sealer.unseal`` does."""
    told = json.loads(sealer.unseal(tenant, kept(sealed), context=f"output:{effect_key}".encode()))
    return StepResult(**told, at=at, seq=seq)


def spell_events(
    sealer: Sealer, tenant: str, drafts: Sequence[EventDraft], data: list[bytes | None]
) -> list[list[Json]]:
    """[id, type, subject, place of its sealed data or 0] of each draft; the data is added to ``data``."""
    if len(drafts) > _MAX_EVENTS:
        raise TooLarge(
            f"a step may publish {_MAX_EVENTS} events, this one has {len(drafts)}",
            remedy="return the rest as an artifact",
        )
    spelled: list[list[Json]] = []
    for draft in drafts:
        event, place = mint("event"), 0
        if draft.data:
            data.append(_seal(sealer, tenant, f"event:{event}", draft.data))
            place = len(data)
        spelled.append([event, draft.type, draft.subject, place])
    return spelled


def spoken(execution_id: str, told: Sequence[Mapping[str, Json]]) -> list[EventDraft]:
    """The run's lifecycle events, as the specification names them."""
    return [EventDraft(type=note["type"], subject=execution_id, data=note["data"]) for note in told]


def status_of(entry: Entry) -> str:
    """succeeded, failed, refused, or unknown (an effect was sent and nobody knows how it ended)."""
    problem = entry.result.problem
    if problem is None:
        return "succeeded"
    if problem.code == "outcome_unknown":
        return "unknown"
    return "refused" if entry.record.verdict == "deny" else "failed"


def _row(kind: str, key: str, at: datetime) -> dict[str, Json]:
    return {
        "kind": kind, "effect_key": key, "generation": 1, "capability": "", "name": "", "task": "", "input_digest": "",
        "output_digest": "", "status": "", "meta": "{}", "at": at.isoformat(), "recovered": False,
    }  # fmt: skip


def _effectful(contract: Contract | None) -> bool:
    return contract is not None and (contract.determinism == "effectful" or contract.effects is not None)


def _seal(sealer: Sealer, tenant: str, context: str, value: Json) -> bytes:
    data = json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    return sealer.seal(tenant, data, context=context.encode())


def _meta(entry: Entry) -> str:
    call, record = entry.call, entry.record
    told = {
        "path": call.path, "actor": _actor(entry.passport), "bundle": record.bundle, "classes": sorted(record.classes),
        "cost": record.cost, "undo": entry.result.undo,
    }  # fmt: skip
    return canonical({key: value for key, value in told.items() if value})


def _actor(passport: Passport) -> str:
    return f"{passport.principal.type}:{passport.principal.id}"


def _decision(entry: Entry) -> Decision:
    call, actor = entry.call, _actor(entry.passport)
    undo = call.kind == "undo"
    return Decision(
        stream=call.execution_id, tenant=call.tenant, actor=f"Service:symphainy for {actor}" if undo else actor,
        action="undo" if undo else "run", resource=call.capability, purpose=call.purpose, input_digest=entry.input_digest,
        at=entry.result.at, **verdict_of(entry.record),
    )  # fmt: skip


def _lineage(entry: Entry) -> list[list[str]]:
    step = f"step:{entry.call.effect_key}"
    made = [Edge(source=step, target=f"artifact:{a.sha256}", relation="produced-by") for a in entry.artifacts]
    return [[e.source, e.target, e.relation] for e in (*entry.record.lineage, *made)]


def _events(entry: Entry) -> list[EventDraft]:
    """The step's own events, then the spine's: when a client reads that a step is done, it has read what the step told.

    What became of the run before a local step leaves with it; before an activity it is told when that begins.
    """
    call, problem = entry.call, entry.result.problem
    done, broke = (
        ("step.compensated", "step.compensation_failed") if call.kind == "undo" else ("step.completed", "step.failed")
    )
    about: dict[str, Json] = {"name": call.name, "capability": call.capability}
    if problem is not None:
        about |= _outline(problem)
    kind = "step.refused" if status_of(entry) == "refused" and call.kind == "do" else broke
    before = spoken(call.execution_id, call.told) if call.task else []
    return [*before, *entry.record.events, EventDraft(type=kind if problem else done, subject=call.path, data=about)]


def _outline(problem: Problem) -> dict[str, Json]:
    """What an event may say of a problem: never its detail, which may quote a value."""
    return {"type": problem.type, "status": problem.status, "title": problem.title, "code": problem.code}
