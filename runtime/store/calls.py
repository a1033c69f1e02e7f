"""The surface's database functions as statements: one round trip each, one transaction each (see ``migrations/sql``)."""

from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Text, bindparam
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import TypeEngine

__all__ = [
    "CLAIM",
    "CLOSE",
    "COMMIT",
    "CONTROL",
    "DOOR",
    "EVENTS",
    "FIND",
    "OPEN",
    "RECALL",
    "RECEIVE",
    "RESTORE",
    "SEGMENT",
]

_TYPES: dict[str, TypeEngine[Any]] = {
    "witnessed": ARRAY(BigInteger), "outputs": ARRAY(LargeBinary), "arguments": ARRAY(LargeBinary), "data": ARRAY(LargeBinary),
    "keys": ARRAY(Text), "owed": ARRAY(Text), "output": LargeBinary(), "start": LargeBinary(), "entries": JSONB(), "events": JSONB(),
    "row": JSONB(), "mark": JSONB(), "intent": JSONB(), "decision": JSONB(none_as_null=True), "opening": JSONB(none_as_null=True),
    "closing": JSONB(none_as_null=True),
}  # fmt: skip


def _function(name: str, *arguments: str) -> TextClause:
    given = ", ".join(f":{argument}" for argument in arguments)
    typed = [bindparam(a, type_=_TYPES[a]) for a in arguments if a in _TYPES]
    return sql(f"SELECT * FROM {name}({given})").bindparams(*typed)


COMMIT = _function("surface_commit", "tenant", "execution", "witnessed", "entries", "outputs", "arguments", "data")
RECEIVE = _function("surface_receive", "tenant", "intent", "start", "row", "stream", "decision", "events", "data", "at")
DOOR = _function("surface_door", "tenant", "stream", "decision", "at")
OPEN = _function("surface_open", "tenant", "execution", "row", "mark", "continued", "events", "data")
CONTROL = _function("surface_control", "tenant", "execution", "mark", "status", "work", "events", "data")
FIND = _function("surface_find", "tenant", "execution", "effect_key", "witnessed", "scheduled")
RECALL = _function("surface_recall", "tenant", "execution", "run", "witnessed")
SEGMENT = _function(
    "surface_segment",
    "tenant",
    "execution",
    "witnessed",
    "opening",
    "entries",
    "outputs",
    "arguments",
    "data",
    "closing",
    "output",
)
CLAIM = _function("surface_claim", "tenant", "execution", "mark", "release")
CLOSE = _function(
    "surface_close",
    "tenant",
    "execution",
    "keys",
    "witnessed",
    "mark",
    "output",
    "compensation",
    "owed",
    "events",
    "data",
)
EVENTS = _function("surface_events", "tenant", "execution", "epoch", "seq", "limit")
RESTORE = _function("surface_restore", "tenant", "execution", "row")
