"""Intake: an intent is validated, normalised and digested before anything is asked or written.

Intake is recorded, not resolved: what an intent means is the router's and the Curator's matter. ``source`` is recorded and
never read, so it is no part of the digest that tells a repeated submit from another one under the same key.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

import jsonschema_rs

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.model import Json

__all__ = ["MAX_PAYLOAD", "body_digest", "canonical", "check_key", "check_schema", "normalise", "recordable"]

MAX_PAYLOAD = 1 << 20
"""Bytes of canonical JSON. Larger things are uploaded and named by reference; gRPC would refuse 4 MiB in uglier ways."""

_TYPE = re.compile(r"^[a-z][a-z0-9_-]*([./:][A-Za-z0-9_.-]+)*$")
_SOLUTION = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
_PURPOSE = re.compile(r"^[a-z][a-z0-9_.-]{0,63}$")
_KEY = re.compile(r"^[\x21-\x7e]{1,200}$")
_DEPTH = 64
_REMEDY = "send a payload of plain JSON values"


def normalise(intent: Intent, *, limit: int = MAX_PAYLOAD) -> tuple[Intent, int]:
    """The intent as it is recorded, and the size of its payload in bytes of canonical JSON.

    Raises Invalid for a malformed type or payload, TooLarge for a payload over ``limit`` bytes.

    >>> normalise(Intent(type=" content.upload ", payload={"b": 1}))[0].type
    'content.upload'
    """
    kind = intent.type.strip()
    if not _named(kind):
        raise Invalid(
            "the intent's type is not of the form realm.verb", code="intent_type", remedy="e.g. content.upload"
        )
    if intent.solution is not None and not _SOLUTION.match(intent.solution):
        raise Invalid(
            "the intent's solution is no solution's name", code="intent_solution", remedy="list the solutions"
        )
    if not _PURPOSE.match(intent.purpose):
        raise Invalid("the intent's purpose is not one lower-case word", code="intent_purpose", remedy="leave it away")
    for depth, _ in _walk(intent.payload):
        if depth > _DEPTH:
            raise Invalid(f"the payload is nested deeper than {_DEPTH} levels", code="payload_depth", remedy=_REMEDY)
    body = canonical(intent.payload)
    if len(body) > limit:
        raise TooLarge(
            f"payload has {len(body)} bytes, the limit is {limit}",
            code="payload_too_large",
            remedy="upload the large value and name its reference",
        )
    return intent.model_copy(update={"type": kind, "payload": json.loads(body)}), len(body)


def recordable(intent: Intent) -> Intent:
    """What may be written of an intent before it is known to be well-formed: its names where they are names, no payload.

    >>> recordable(Intent(type="no type", payload={"a": 1})).type
    'malformed'
    """
    kind, solution = intent.type.strip(), intent.solution
    return Intent(
        type=kind if _named(kind) else "malformed",
        source=intent.source,
        solution=solution if solution and _SOLUTION.match(solution) else None,
        purpose=intent.purpose if _PURPOSE.match(intent.purpose) else "operate",
    )


def canonical(value: Json) -> bytes:
    """One byte string for equal JSON values; Invalid for what JSON cannot say (NaN, a key that is no text, a lone surrogate).

    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise Invalid(f"the payload is not JSON: {error}", code="payload_not_json", remedy=_REMEDY) from None


def body_digest(sealer: Sealer, tenant: str, intent: Intent) -> str:
    """What tells a repeat from a reuse of a key: keyed by the tenant, so that it leaks no value."""
    return sealer.digest(tenant, canonical(intent.model_dump(mode="json", exclude={"source"})))


def check_key(key: str) -> str:
    """An idempotency key as it may be stored: 1 to 200 printable ASCII characters."""
    if not _KEY.match(key):
        raise Invalid(
            "an idempotency key has 1 to 200 printable ASCII characters",
            code="idempotency_key_invalid",
            remedy="use a UUID, or leave the key away",
        )
    return key


def check_schema(plan: Plan, payload: Json) -> None:
    """Refuse a payload that the definition's own ``input.schema`` refuses: better here than as a faulted execution."""
    schema = _input_schema(plan)
    if schema is None:
        return
    error = next(_validator(json.dumps(schema)).iter_errors(payload), None)
    if error is not None:
        pointer = "".join(f"/{part}" for part in error.instance_path)
        broken = error.schema_path[-1] if error.schema_path else "schema"
        # The validator's own message quotes the value; a problem's detail is stored and logged, so it must not.
        raise Invalid(
            f"payload{pointer} does not fit the intent's schema ({broken})",
            code="payload_schema",
            remedy=f"see the input schema of {plan.definition}",
            pointer=pointer,
        )


def _named(kind: str) -> bool:
    return bool(_TYPE.match(kind)) and len(kind) <= 200


def _input_schema(plan: Plan) -> Json:
    found = plan.document.get("input") or {}
    schema = found.get("schema") if isinstance(found, dict) else None
    return schema.get("document") if isinstance(schema, dict) else None


@lru_cache(maxsize=512)
def _validator(schema: str) -> "jsonschema_rs.Validator":
    return jsonschema_rs.validator_for(json.loads(schema), retriever=_nothing_remote)


def _nothing_remote(uri: str) -> Json:
    raise ValueError(f"a schema may not name another document: {uri}")


def _walk(root: Json) -> Iterator[tuple[int, Json]]:
    stack: list[tuple[int, Json]] = [(1, root)]
    while stack:
        depth, value = stack.pop()
        yield depth, value
        if depth > _DEPTH:
            return
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        stack.extend((depth + 1, child) for child in children)
