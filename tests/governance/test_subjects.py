"""Data subjects' keys: what a run about one person leaves is sealed with that person's key, and gone with it."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.subjects import subject_of, subjects
from symphainy.foundations.language.errors import Invalid, Refused, Unavailable

from .parts import Clock
from .test_codec import ACME, CANARY, Desk, opened, seal

ANN, BEN = "acme:exe_ann", "acme:exe_ben"


async def about(desk: Desk, workflow_id: str = ANN, subject: str = "ann@example.org") -> None:
    await desk.keys.about("acme", workflow_id.partition(":")[2], subject)


def key_of(payload: Any) -> str:
    return payload.metadata["symphainy-key"].decode().partition("/")[2]


def destroy(desk: Desk, key_id: str) -> None:
    desk.rows.destroy(key_id)
    desk.keys.forget("acme", [key_id])


@pytest.mark.rule("data_steward.erasure", shows="bites")
async def test_with_the_key_of_a_person_everything_of_that_person_is_gone_and_nothing_else() -> None:
    desk = Desk()
    await about(desk)
    await about(desk, BEN, "ben@example.org")
    hers, his, nobodys = await seal(desk, CANARY, ANN), await seal(desk, CANARY, BEN), await seal(desk, CANARY)
    sealer = await desk.keys.of("acme", "exe_ann")
    row, digest = sealer.seal("acme", b"row", context=b"c"), sealer.digest("acme", b"row")
    assert len({key_of(hers), key_of(his), key_of(nobodys)}) == 3
    destroy(desk, key_of(hers))
    with pytest.raises(ApplicationError, match="erased") as caught:
        await opened(desk, hers, ANN)
    assert caught.value.non_retryable and caught.value.details[0]["code"] == "key_destroyed"
    for ask in (lambda: sealer.unseal("acme", row, context=b"c"), lambda: sealer.digest("acme", b"row")):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "key_destroyed"
    assert await opened(desk, his, BEN) == await opened(desk, nobodys) == CANARY
    assert digest != desk.keys.digest("acme", b"row"), "nobody who has the tenant's key can confirm a guess"


@pytest.mark.rule("data_steward.erasure", shows="off")
async def test_a_run_about_nobody_is_sealed_with_the_tenants_key() -> None:
    desk = Desk()
    await about(desk, ANN, "")
    assert key_of(await seal(desk, CANARY, ANN)) == desk.keys.current("acme")[0]
    sealer = await desk.keys.of("acme", "exe_ann")
    assert sealer.digest("acme", b"x") == desk.keys.digest("acme", b"x")


async def test_other_processes_learn_whom_a_run_is_about_from_its_first_payload_or_from_its_row() -> None:
    desk = Desk()
    await about(desk)
    first = await seal(desk, CANARY, ANN)
    worker, signals = desk.another(), desk.another()
    assert await opened(worker, first, ANN) == CANARY
    reads = worker.rows.reads
    assert key_of(await seal(worker, 1, ANN)) == key_of(first) == key_of(await seal(worker, 2, f"{ANN}/do/0/child"))
    assert worker.rows.reads == reads, "what was seen is not asked for again"
    desk.rows.starts["acme", "exe_ann"] = key_of(first)
    assert key_of(await seal(signals, 3, ANN)) == key_of(first)


async def test_one_person_has_one_key_whoever_was_first_and_a_new_one_behind_an_erasure() -> None:
    desk = Desk()
    other = desk.another()
    await about(desk)
    await about(other, BEN, "  ann@example.org ")
    first = key_of(await seal(desk, 1, ANN))
    assert first == key_of(await seal(other, 1, BEN))
    destroy(desk, first)
    await about(desk, "acme:exe_again")
    again = await seal(desk, CANARY, "acme:exe_again")
    assert key_of(again) != first and await opened(desk, again, "acme:exe_again") == CANARY
    assert "ann" not in repr([row.subject for row in desk.rows.rows]), "no name stands in the table"


async def test_another_process_opens_what_was_erased_for_two_seconds_at_most() -> None:
    desk = Desk()
    await about(desk)
    payload = await seal(desk, CANARY, ANN)
    other = desk.another()
    assert await opened(other, payload, ANN) == CANARY
    desk.rows.destroy(key_of(payload))
    assert isinstance(other.clock, Clock)
    other.clock.move(seconds=2)
    with pytest.raises(ApplicationError, match="erased"):
        await opened(other, payload, ANN)


async def test_large_payloads_of_two_people_are_two_objects_though_they_are_equal() -> None:
    desk = Desk()
    await about(desk)
    await about(desk, BEN, "ben@example.org")
    large = CANARY * 10_000
    hers, his = await seal(desk, large, ANN), await seal(desk, large, BEN)
    assert len([key for key in desk.objects.held if "/payloads/" in key]) == 2
    destroy(desk, key_of(hers))
    assert await opened(desk, his, BEN) == large
    with pytest.raises(ApplicationError, match="erased"):
        await opened(desk.another(), hers, ANN)


async def test_a_persons_key_falls_with_the_tenants() -> None:
    desk = Desk()
    await about(desk)
    payload, tenants = await seal(desk, CANARY, ANN), desk.keys.current("acme")[0]
    await desk.keys.rotate("acme")
    assert await opened(desk.another(), payload, ANN) == CANARY
    desk.rows.destroy(tenants)
    with pytest.raises(ApplicationError, match="erased"):
        await opened(desk.another(), payload, ANN)


async def test_nothing_is_sealed_with_a_key_that_nobody_has_asked_to_hold() -> None:
    desk = Desk()
    await seal(desk, CANARY, ACME)
    with pytest.raises(Unavailable):
        desk.keys.key("acme", "p-0000000000000000")


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"who": {"$ref": "#/$defs/Person"}, "amount": {"type": "number"}},
    "$defs": {"Person": {"properties": {"number": {"type": ["string", "integer"], "x-subject": True}}}},
}


def plan(schema: Any) -> Plan:
    return Plan(namespace="n", name="p", version="1.0.0", document={"input": {"schema": {"document": schema}}})


def test_whom_an_input_is_about_is_what_its_schema_marks() -> None:
    assert subject_of(plan(SCHEMA), {"who": {"number": 17}, "amount": 1}) == "17"
    assert subject_of(plan(SCHEMA), {"amount": 1}) == subject_of(plan(None), {"who": {"number": 17}}) == ""
    assert subjects({"x-subject": True}, None) == subjects({"x-subject": True}, True) == frozenset()


def test_a_run_is_about_one_person() -> None:
    many = {"properties": {"to": {"items": {"x-subject": True}}}}
    assert subject_of(plan(many), {"to": ["ann", "ann"]}) == "ann"
    with pytest.raises(Invalid, match="2 data subjects") as caught:
        subject_of(plan(many), {"to": ["ann", "ben"]})
    assert "ann" not in caught.value.detail
