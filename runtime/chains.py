"""Decisions as they are chained: their canonical text, their streams, and the hashes that verify computes again.

A stream is an execution (named by its id) or a door (``<tenant>/<process>/<day>``). The database computes the same hashes
when it appends; nothing here asks it.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from symphainy.foundations.language.hashing import hash_of
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Decision, Record
from symphainy.runtime.ids import mint
from symphainy.runtime.store.journal import JournalRow

__all__ = ["canonical", "chained", "door_stream", "hash_of", "journal_hash", "micros", "verdict_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(value: Json) -> str:
    """One text for equal JSON values: sorted, compact, ASCII.

    >>> canonical({"b": 1, "a": [None]})
    '{"a":[null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def door_stream(tenant: str, process: str, at: datetime) -> str:
    """The stream of one door: an API process on one day.

    >>> door_stream("acme", "api-1", datetime(2026, 5, 1))
    'acme/api-1/2026-05-01'
    """
    return f"{tenant}/{process}/{at:%Y-%m-%d}"


def chained(decision: Decision) -> dict[str, Json]:
    """A decision in the form that the database appends."""
    name = mint("decision")
    return {
        "id": name, "verdict": decision.verdict, "action": decision.action, "resource": decision.resource,
        "body": canonical({**decision.model_dump(mode="json"), "decision_id": name}),
    }  # fmt: skip


def verdict_of(record: Record) -> dict[str, Json]:
    """What a record says in sum: the fields of its Decision that follow from the rulings."""
    told = next((r for r in record.rulings if r.verdict == record.verdict and r.verdict != "allow"), None)
    return {
        "verdict": record.verdict, "reason": told.reason if told else "", "remedy": told.remedy if told else None,
        "bundle": record.bundle, "classes": tuple(sorted(record.classes)), "rulings": tuple(record.rulings),
    }  # fmt: skip


def micros(at: datetime) -> str:
    """An instant in microseconds since 1970, exactly."""
    return str((at - _EPOCH) // timedelta(microseconds=1))


def journal_hash(row: JournalRow, previous: str) -> str:
    """The hash that a journal row must have behind ``previous``."""
    return hash_of(
        previous, str(row.seq), row.kind, row.effect_key, str(row.generation), row.capability, row.name, row.task, row.input_digest,
        row.output_digest, row.status, *_sealed(row), row.meta, micros(row.at), "true" if row.recovered else "false",
    )  # fmt: skip


def _sealed(row: JournalRow) -> tuple[str, str]:
    """The digests of a row's ciphertexts; of forgotten ones those that were kept in their place."""
    if row.forgotten is not None:
        output, _, arguments = row.forgotten.partition(" ")
        return output, arguments
    return hashlib.sha256(row.output or b"").hexdigest(), hashlib.sha256(row.arguments or b"").hexdigest()
