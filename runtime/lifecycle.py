"""Rows that are no step's: how an execution begins, what is noted about it, how it ends."""

from datetime import datetime

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import ERROR_BASE
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Decision, EventDraft
from symphainy.foundations.language.wire import Closing, Opening
from symphainy.runtime.chains import canonical
from symphainy.runtime.forgotten import kept
from symphainy.runtime.journal import mark, spoken
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.intents import IntentRow

__all__ = [
    "RETENTION",
    "closed",
    "closing_digest",
    "closing_key",
    "expected",
    "noted",
    "opened",
    "retention_key",
    "seal_closing",
    "unseal_closing",
]

RETENTION = "retention"
"""What is noted of an execution when its payloads are forgotten."""


def expected(intent: IntentRow) -> ExecutionRow:
    """The execution of an intent before its workflow has begun."""
    same = {
        "tenant",
        "execution_id",
        "intent_id",
        "session_id",
        "solution",
        "principal",
        "purpose",
        "definition",
        "plan_digest",
    }
    about = intent.model_dump(include=same)
    return ExecutionRow(**about, root=intent.execution_id, intent=intent.type, created_at=intent.received_at)


def opened(
    opening: Opening, passport: Passport, now: datetime
) -> tuple[ExecutionRow, dict[str, Json], list[EventDraft]]:
    """The execution's row (for when no intent made it), the marker of this run, and what is told."""
    actor = f"{passport.principal.type}:{passport.principal.id}"
    row = ExecutionRow(
        **opening.model_dump(exclude={"task", "continued", "listens", "suspended"}), listens=list(opening.listens), created_at=now,
        root=opening.execution_id.partition("/")[0], principal=passport.principal.id, purpose=passport.purpose,
    )  # fmt: skip
    decision = Decision(
        stream=opening.execution_id, tenant=opening.tenant, actor=actor, action="open", resource=opening.definition,
        purpose=passport.purpose, bundle=passport.bundle, input_digest=opening.plan_digest, at=now,
    )  # fmt: skip
    meta = {
        "run": opening.run_id,
        "plan": opening.plan_digest,
        "definition": opening.definition,
        "continued": opening.continued,
    }
    key = f"{opening.tenant}/{opening.execution_id}#run/{opening.run_id}"
    told = mark("opened", key, now, decision, task=opening.task, meta=canonical(meta))
    about = {"intent": opening.intent, "definition": opening.definition}
    return row, told, [EventDraft(type="execution.started", subject=opening.execution_id, data=about)]


def noted(tenant: str, execution_id: str, name: str, actor: str, reason: str, now: datetime) -> dict[str, Json]:
    """A control row."""
    decision = Decision(
        stream=execution_id, tenant=tenant, actor=actor, action="note", resource=name, reason=reason, at=now
    )
    told = mark("control", f"{tenant}/{execution_id}#{name}", now, decision, meta=canonical({"name": name}))
    return {**told, "reason": reason}


def closed(closing: Closing, now: datetime, event: str, sealer: Sealer) -> tuple[dict[str, Json], list[EventDraft]]:
    """The closing row and the last events; the very last one tells how it ended."""
    decision = Decision(
        stream=closing.execution_id, tenant=closing.tenant, actor="Service:symphainy", action="close", resource=closing.execution_id,
        reason=f"{closing.status}, {closing.compensation}", at=now,
    )  # fmt: skip
    told = mark(
        "closed", closing_key(closing.tenant, closing.execution_id), now, decision, status=closing.status, task=closing.task,
        output_digest=closing_digest(sealer, closing), meta=canonical({"run": closing.run_id, "steps": closing.steps}),
    )  # fmt: skip
    about: dict[str, Json] = {"status": closing.status, "compensation": closing.compensation}
    if closing.problem is not None and closing.telling:
        about |= {"title": closing.problem.title, "type": closing.problem.type, "code": closing.problem.code}
    elif closing.problem is not None:
        about |= {"title": "Raised by the definition", "type": ERROR_BASE + "runtime", "code": None}
    last = EventDraft(type=event or f"execution.{closing.status}", subject=closing.execution_id, data=about)
    undone = EventDraft(type="execution.compensated", subject=closing.execution_id)
    before = [undone] if closing.compensation == "compensated" else []
    return told, [*before, *spoken(closing.execution_id, closing.told), last]


def retention_key(tenant: str, execution_id: str) -> str:
    """The key of the control row that says under which rule the payloads of an execution were forgotten, as ``noted`` makes it."""
    return f"{tenant}/{execution_id}#{RETENTION}"


def closing_key(tenant: str, execution_id: str) -> str:
    """The key of an execution's closing row: no effect key can be equal to it."""
    return f"{tenant}/{execution_id}#closed"


def closing_digest(sealer: Sealer, closing: Closing) -> str:
    """The keyed digest of how an execution ended."""
    told = closing.model_dump(mode="json", include={"status", "compensation", "output", "problem"})
    return sealer.digest(closing.tenant, canonical(told).encode())


def seal_closing(sealer: Sealer, closing: Closing) -> bytes:
    """Ciphertext of the whole closing, bound to its key."""
    context = closing_key(closing.tenant, closing.execution_id).encode()
    return sealer.seal(closing.tenant, closing.model_dump_json().encode(), context=context)


def unseal_closing(sealer: Sealer, tenant: str, execution_id: str, sealed: bytes | None) -> Closing:
    """The closing that ``seal_closing`` has sealed."""
    return Closing.model_validate_json(
        sealer.unseal(tenant, kept(sealed), context=closing_key(tenant, execution_id).encode())
    )
