"""Intake: what an intent may look like, and what tells two apart."""

from typing import Any

import pytest

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.runtime.intents import body_digest, check_key, check_schema, normalise, recordable

from .fakes import FakeSealer


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("kind", ["", "Upper.case", "a b", "x.\x00", "x\n.y", ".x", "x" * 201, "x.", "é.y"])
def test_a_malformed_type_is_refused_and_recorded_without_it(kind: str) -> None:
    with pytest.raises(Invalid):
        normalise(Intent(type=kind))
    assert recordable(Intent(type=kind)).type == "malformed"


@pytest.mark.parametrize("kind", ["ask", "content.upload", "acme/greet", "acme/greet:1.0.0-rc.1", " content.upload "])
def test_types_and_names_of_definitions_are_taken(kind: str) -> None:
    assert normalise(Intent(type=kind))[0].type == kind.strip()


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"a": float("nan")}, "payload_not_json"), ({"a": {1, 2}}, "payload_not_json"), ({"a": "\ud800"}, "payload_not_json"),
        (deep(100), "payload_depth"), (deep(50_000), "payload_depth"),
    ],
)  # fmt: skip
def test_a_payload_that_is_not_plain_json_is_refused(payload: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise(Intent.model_construct(type="x.y", payload=payload, source="api", solution=None, purpose="operate"))
    assert refused.value.code == code


def test_a_payload_over_the_limit_is_too_large() -> None:
    assert normalise(Intent(type="x.y", payload={"a": "x" * 92}), limit=100)[1] == 100
    with pytest.raises(TooLarge, match="101 bytes"):
        normalise(Intent(type="x.y", payload={"a": "x" * 93}), limit=100)


def test_the_digest_tells_requests_apart_and_not_their_spelling_or_source() -> None:
    sealer = FakeSealer()
    base = Intent(type="x.y", payload={"a": 1, "b": 2})
    same = [base.model_copy(update={"payload": {"b": 2, "a": 1}}), base.model_copy(update={"source": "cli"})]
    other = [
        base.model_copy(update=change)
        for change in ({"payload": {"a": 1}}, {"type": "x.z"}, {"solution": "s"}, {"purpose": "audit"})
    ]
    assert {body_digest(sealer, "acme", each) for each in [base, *same]} == {body_digest(sealer, "acme", base)}
    assert len({body_digest(sealer, "acme", each) for each in [base, *other]}) == 5
    assert body_digest(sealer, "acme", base) != body_digest(sealer, "zeta", base)


def test_the_definitions_own_schema_is_checked_at_the_door_without_quoting_values() -> None:
    schema = {"type": "object", "required": ["file"], "properties": {"pages": {"type": "integer"}}}
    plan = Plan(
        namespace="n", name="n", version="1", document={"input": {"schema": {"format": "json", "document": schema}}}
    )
    check_schema(plan, {"file": "x", "pages": 1})
    with pytest.raises(Invalid) as refused:
        check_schema(plan, {"file": "x", "pages": "top secret"})
    assert refused.value.extra["pointer"] == "/pages" and "secret" not in refused.value.detail
    with pytest.raises(Invalid):
        check_schema(plan, {})
    check_schema(Plan(namespace="n", name="n", version="1", document={}), {"anything": 1})


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "a\r\nb", "schlüssel", "\x00"])
def test_a_key_is_printable_and_short(key: str) -> None:
    with pytest.raises(Invalid):
        check_key(key)
    assert check_key("0b5f4b0e-6b7f-4f0e-9d3c-000000000000")
