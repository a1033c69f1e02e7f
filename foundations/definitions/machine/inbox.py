"""Events in: what has arrived is fetched by a governed step, kept in arrival order, and offered to whoever listens (DECISIONS.md 23).

An event is offered to every listener that is active when it comes; one that nobody takes is kept for the first later listener
that does. What is kept is capped: a flood ends the run by name, it does not eat the worker.
"""

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine.state import Command, Frame
from symphainy.foundations.language.errors import ERROR_BASE, Problem
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

KIND = "inbox"
MOST_EVENTS, MOST_BYTES = 1_000, 1 << 20
REMEMBERED = 10_000
"""Events whose second delivery is recognised; the inbox's own rows recognise older ones."""
BATCH = 512 << 10
"""Bytes fetched by one step: its output travels inline."""


def arrived(m: "Machine", keys: list[dict[str, Any]], now: datetime) -> list[Command]:
    """Events have been matched to this run: ``source``, ``id`` and ``size`` of each. Their values are fetched by a step."""
    m.tick(now)
    for key in keys:
        name = hashlib.sha256(f"{key['source']}\0{key['id']}".encode()).hexdigest()[:16]
        if name not in m.state.seen:
            m.state.seen = [*m.state.seen[1 - REMEMBERED :], name]
            m.state.arrived.append(key)
    if m.state.unwinding is None and m.state.ending is None and m.state.frames[0].phase != "drain":
        _fetch(m)
    return m.settle()


def keep(m: "Machine", event: dict[str, Json]) -> None:
    """An event's value is here: keep it, and offer it to every listener."""
    state = m.state
    size = len(json.dumps(event))
    waiting = [item for item in state.inbox if not item["taken"]]
    if len(waiting) >= MOST_EVENTS or sum(item["size"] for item in waiting) + size > MOST_BYTES:
        detail = f"more than {MOST_EVENTS} events or {MOST_BYTES} bytes came that no task listens for yet"
        overflow = Problem(
            type=ERROR_BASE + "runtime", status=500, title="Inbox overflow", detail=detail, code="inbox_overflow"
        )
        m.fail(state.frames[0], overflow)
        return
    state.sequence += 1
    state.inbox.append({"number": state.sequence, "event": event, "size": size, "taken": False})
    for frame in sorted(state.frames.values(), key=lambda f: f.id):
        if "queue" in frame.data and frame.phase == "run":
            frame.data["queue"].append(state.sequence)
            m.pump(frame)


def kept(m: "Machine") -> list[int]:
    """Numbers of the events that nobody has taken yet."""
    return [item["number"] for item in m.state.inbox if not item["taken"]]


def find(m: "Machine", number: int) -> dict[str, Any] | None:
    """An event of the inbox by its number."""
    return next((item for item in m.state.inbox if item["number"] == number), None)


def purge(m: "Machine") -> None:
    """Forget what was taken and is in nobody's queue."""
    if any(item["taken"] for item in m.state.inbox):
        queued = {number for frame in m.state.frames.values() for number in frame.data.get("queue", ())}
        m.state.inbox = [item for item in m.state.inbox if not item["taken"] or item["number"] in queued]


def _fetch(m: "Machine") -> None:
    state = m.state
    if not state.arrived or any(f.kind == KIND for f in state.frames.values()):
        return
    frame = Frame(state.next_id, 0, KIND, "/do", "/$events", "events", phase="run")
    state.next_id += 1
    state.frames[frame.id] = frame
    ask(m, frame)


def ask(m: "Machine", frame: Frame) -> None:
    """Fetch the next events, as many as one step carries."""
    state, size = m.state, 0
    batch: list[dict[str, Json]] = []
    while state.arrived and (not batch or size + state.arrived[0]["size"] <= BATCH):
        key = state.arrived.pop(0)
        size += key["size"]
        batch.append({"source": key["source"], "id": key["id"]})
    state.fetches += 1
    path = frame.path + (f"~{state.fetches}" if state.fetches > 1 else "")
    m.call(frame, m.program.plan.calls["listen"], {"events": batch}, path=path)
