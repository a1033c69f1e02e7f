"""The reference flow of document 002, section 8, step by step: its nine names, each with the id and time at which it happened.

Everything comes from answers and events of one upload; what did not happen is not told, it is an error.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from symphainy.foundations.experience.models import Execution, Session, StepLine, Uploaded
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.records import Event


def nine(
    sent: datetime, uploaded: Uploaded, session: Session, events: Sequence[Event], execution: Execution
) -> list[str]:
    """Nine lines, 100 columns. ``sent`` is when the client began to send. NotFound names a step that did not happen."""
    received, started = _event(events, "intent.received"), _event(events, "execution.started")
    parsed, embedded = (
        _event(events, "step.completed", capability) for capability in ("content.parse", "content.embed")
    )
    completed, last = _event(events, "execution.completed"), events[-1]
    recorded = _recorded(execution)
    told = (
        ("Experience submits intent", sent, "intent_id", uploaded.intent_id),
        ("Runtime creates session", session.created_at, "session_id", session.session_id),
        ("WAL records intent", received.time, f"event {received.seq}", received.id),
        ("Content Realm registers saga", started.time, "execution_id", uploaded.execution_id),
        ("Parsing service executes", parsed.time, f"event {parsed.seq}", f"step {parsed.subject}"),
        ("Deterministic embeddings created", embedded.time, f"event {embedded.seq}", f"step {embedded.subject}"),
        ("State recorded centrally", recorded.at, f"journal {recorded.seq}", f"step {recorded.path}"),
        ("Saga completes", completed.time, f"event {completed.seq}", completed.id),
        ("Events emitted", last.time, "events", f"{len(events)}, cursor {last.cursor}"),
    )
    return [f"  {n}. {name:<33} {clock(at)}  {what:<13} {which}" for n, (name, at, what, which) in enumerate(told, 1)]


def clock(at: datetime) -> str:
    """The time of day in UTC, to the millisecond.

    >>> clock(datetime(2026, 1, 1, 12, 30, 5, 250_400, tzinfo=UTC))
    '12:30:05.250'
    """
    return at.astimezone(UTC).strftime("%H:%M:%S.%f")[:-3]


def _event(events: Sequence[Event], kind: str, capability: str = "") -> Event:
    return _first(
        events, lambda e: e.type == kind and capability in ("", str(e.data.get("capability")).partition("@")[0]), f"{kind} {capability}"
    )  # fmt: skip


def _first(events: Sequence[Event], wanted: Callable[[Event], bool], what: str) -> Event:
    found = next((event for event in events if wanted(event)), None)
    if found is None:
        raise NotFound(f"The reference flow is not whole: there was no event {what.strip()}.")
    return found


def _recorded(execution: Execution) -> StepLine:
    """The last row of the journal: all steps stand before it."""
    if not execution.steps:
        raise NotFound("The reference flow is not whole: the journal has no step of this execution.")
    return max(execution.steps, key=lambda step: step.seq)
