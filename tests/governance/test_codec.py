import json
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from symphainy.foundations.language.errors import Defect, Invalid, Refused, TooLarge, Unavailable
from symphainy.foundations.language.label import Label
from symphainy.foundations.language.wire import SagaInput
from symphainy.governance.data_steward.codec import speaking_for
from symphainy.governance.data_steward.converter import data_converter
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.vault import Vault

from .parts import MASTER, START, Clock, KeyRows, Objects

CANARY = "canary-5309"


class Desk:
    """A process: keys, objects and a converter over shared rows."""

    def __init__(self, rows: KeyRows | None = None, objects: Objects | None = None) -> None:
        self.rows, self.objects, self.clock = rows or KeyRows(), objects or Objects(), Clock()
        self.keys = KeyRing(self.rows, Vault(MASTER), self.clock)
        self.plain: DataConverter = data_converter(self.keys, self.objects)

    def of(self, workflow_id: str) -> DataConverter:
        return self.plain.with_context(WorkflowSerializationContext(namespace="n", workflow_id=workflow_id))

    def another(self) -> "Desk":
        return Desk(self.rows, self.objects)


ACME, BOLT = "acme:exe_1", "bolt:exe_2"


async def seal(desk: Desk, value: Any, workflow_id: str = ACME) -> Payload:
    [payload] = await desk.of(workflow_id).encode([value])
    return payload


async def opened(desk: Desk, payload: Payload, workflow_id: str = ACME) -> Any:
    [value] = await desk.of(workflow_id).decode([payload])
    return value


async def test_what_is_sealed_is_unreadable_and_opens_in_another_process() -> None:
    desk = Desk()
    payload = await seal(desk, {"name": CANARY})
    assert payload.metadata["encoding"] == b"binary/encrypted"
    assert CANARY.encode() not in payload.SerializeToString()
    assert await opened(desk.another(), payload) == {"name": CANARY}


async def test_one_data_key_per_execution_adopted_by_other_processes() -> None:
    desk = Desk()
    first = await seal(desk, 1)
    other = desk.another()
    await opened(other, first)
    keys = {p.metadata["symphainy-data-key"] for p in (first, await seal(desk, 2), await seal(other, 3))}
    assert len(keys) == 1
    assert (await seal(desk, 4, "acme:exe_9")).metadata["symphainy-data-key"] not in keys


async def test_another_tenants_ciphertext_does_not_decode() -> None:
    desk = Desk()
    payload = await seal(desk, CANARY, ACME)
    with pytest.raises(ApplicationError, match="another tenant") as caught:
        await opened(desk, payload, BOLT)
    assert caught.value.non_retryable


async def test_a_relabelled_ciphertext_does_not_decode_either() -> None:
    desk = Desk()
    payload, theirs = await seal(desk, CANARY, ACME), await seal(desk, "x", BOLT)
    payload.metadata["symphainy-key"] = theirs.metadata["symphainy-key"]
    with pytest.raises(Defect):
        await opened(desk, payload, BOLT)
    payload.metadata["symphainy-data-key"] = theirs.metadata["symphainy-data-key"]
    with pytest.raises(Defect):
        await opened(desk, payload, BOLT)


async def test_the_codec_endpoint_reads_one_tenant_only() -> None:
    desk = Desk()
    codec = desk.plain.payload_codec.of_tenant("acme")  # type: ignore[union-attr]
    mine, theirs = await seal(desk, CANARY), await seal(desk, CANARY, BOLT)
    [plain, refused] = await codec.decode([mine, theirs])
    assert json.loads(plain.data) == CANARY
    assert refused.metadata["encoding"] == b"symphainy/refused"
    assert CANARY.encode() not in refused.data


@pytest.mark.parametrize("place", ["first", "middle", "last"])
async def test_one_flipped_bit_is_an_error(place: str) -> None:
    desk = Desk()
    payload = await seal(desk, {"name": CANARY})
    data = bytearray(payload.data)
    data[{"first": 0, "middle": len(data) // 2, "last": -1}[place]] ^= 1
    payload.data = bytes(data)
    with pytest.raises(Defect, match="altered"):
        await opened(desk, payload)


@pytest.mark.rule("data_steward.codec", shows="bites")
@pytest.mark.parametrize(
    "payload",
    [
        Payload(metadata={"encoding": b"json/plain"}, data=b'{"a": 1}'),
        Payload(metadata={"encoding": b"binary/null"}),
        Payload(metadata={"encoding": b"json/plain", "symphainy-label": b"1"}, data=b'{"a": 1}'),
        Payload(metadata={"encoding": b"json/protobuf", "messageType": b"google.protobuf.Struct"}, data=b"{}"),
    ],
)
async def test_a_payload_in_clear_is_refused(payload: Payload) -> None:
    with pytest.raises(ApplicationError, match="in clear") as caught:
        await opened(Desk(), payload)
    assert caught.value.non_retryable
    assert caught.value.details[0]["status"] == 403


async def test_labels_and_the_sdks_description_stay_in_clear() -> None:
    desk = Desk()
    label = await seal(desk, Label("parse · normalise"))
    assert label.metadata["encoding"] == b"json/plain"
    assert json.loads(label.data) == "parse · normalise"
    assert await opened(desk, label) == "parse · normalise"
    about = Payload(
        metadata={"encoding": b"json/protobuf", "messageType": b"temporal.api.sdk.v1.WorkflowMetadata"}, data=b"{}"
    )
    assert await desk.of(ACME).payload_codec.encode([about]) == [about]  # type: ignore[union-attr]
    assert (await seal(desk, "parse · normalise")).metadata["encoding"] == b"binary/encrypted"


async def test_after_a_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    desk = Desk()
    old = await seal(desk, CANARY)
    behind = desk.another()
    await opened(behind, old)
    new_key = await desk.keys.rotate("acme")
    new = await seal(desk, CANARY)
    assert new.metadata["symphainy-key"] == f"acme/{new_key}".encode() != old.metadata["symphainy-key"]
    assert await opened(desk, old) == await opened(desk, new) == CANARY
    behind.clock.move(seconds=2)
    assert await opened(behind, new) == CANARY, "a process that missed the rotation looks again"


async def test_digests_do_not_change_with_a_rotation() -> None:
    desk = Desk()
    await desk.keys.prepare("acme")
    await desk.keys.prepare("bolt")
    before = desk.keys.digest("acme", b"x")
    await desk.keys.rotate("acme")
    assert desk.keys.digest("acme", b"x") == before != desk.keys.digest("bolt", b"x")


async def test_a_destroyed_key_fails_closed_by_name() -> None:
    desk = Desk()
    payload = await seal(desk, CANARY)
    key_id = payload.metadata["symphainy-key"].decode().partition("/")[2]
    await desk.keys.rotate("acme")
    desk.rows.destroy(key_id)
    await desk.keys.load("acme")
    with pytest.raises(ApplicationError, match=f"{key_id} .* destroyed"):
        await opened(desk, payload)


async def test_a_strangers_payload_makes_no_key_here() -> None:
    payload, desk = await seal(Desk(), CANARY), Desk()
    with pytest.raises(ApplicationError, match="no keys of acme"):
        await opened(desk, payload)
    assert desk.rows.rows == []


async def test_without_the_key_rows_nothing_is_sealed_or_opened() -> None:
    desk = Desk()
    payload = await seal(desk, CANARY)
    fresh = desk.another()
    desk.rows.away = True
    with pytest.raises(ConnectionError):
        await opened(fresh, payload)
    with pytest.raises(Unavailable):
        fresh.keys.seal("acme", b"x")


async def test_a_payload_without_a_tenant_is_not_written() -> None:
    desk = Desk()
    with pytest.raises(Defect, match="without a tenant"):
        await desk.plain.encode([1])
    with speaking_for(ACME):
        [payload] = await desk.plain.encode([1])
    assert await opened(desk, payload) == 1


async def test_a_large_payload_is_offloaded_once_and_encrypted() -> None:
    desk = Desk()
    value = {"text": CANARY + "x" * 100_000}
    first, second = await seal(desk, value), await seal(desk, value)
    assert len(first.data) < 500
    assert len(desk.objects.held) == 1
    [(key, stored)] = desk.objects.held.items()
    assert key.startswith(f"acme/payloads/{ACME.partition(':')[2]}/"), "so that it goes with its run"
    assert CANARY.encode() not in stored
    other = desk.another()
    assert await opened(other, first) == await opened(other, second) == value
    assert desk.objects.reads == 1, "the second comes from the process's memory"


async def test_an_offloaded_payload_of_another_name_is_found_out() -> None:
    desk = Desk()
    one, two = await seal(desk, "a" * 100_000), await seal(desk, "b" * 100_000)
    (first, data), (second, _) = desk.objects.held.items()
    desk.objects.held[second] = data
    other = desk.another()
    assert await opened(other, one) == "a" * 100_000
    with pytest.raises(Defect):
        await opened(other, two)
    desk.objects.held.clear()
    with pytest.raises(Defect, match="gone"):
        await opened(desk.another(), one)


async def test_over_the_ceiling_is_too_large_and_names_the_field() -> None:
    with pytest.raises(TooLarge, match="/rows/1/note") as caught:
        await seal(Desk(), {"rows": [{"note": "short"}, {"note": "x" * 1_100_000}]})
    assert caught.value.extra["field"] == "/rows/1/note"


def saga_input(execution_id: str, plan: dict[str, Any], value: Any = None) -> SagaInput:
    return SagaInput(tenant="acme", execution_id=execution_id, intent="a.b", plan=plan, input=value, submitted_at=START)


async def test_large_plans_are_stored_once_for_all_runs() -> None:
    desk = Desk()
    plan = {"document": {"do": ["x" * 200_000]}, "name": CANARY}
    starts = [saga_input(f"exe_{n}", plan, {"n": n}) for n in range(3)]
    payloads = [await seal(desk, start, f"acme:{start.execution_id}") for start in starts]
    assert len(desk.objects.held) == 1
    assert max(len(p.data) for p in payloads) < 2_000
    other = desk.another()
    for start, payload in zip(starts, payloads, strict=True):
        [back] = await other.of(f"acme:{start.execution_id}").decode([payload], [SagaInput])
        assert back == start
    assert desk.objects.reads == 1


async def test_a_plan_may_be_larger_than_any_other_payload_and_its_input_large_as_well() -> None:
    desk = Desk()
    start = saga_input("exe_1", {"document": "p" * 2_000_000}, {"text": "t" * 300_000})
    payload = await seal(desk, start)
    assert len(desk.objects.held) == 2
    [back] = await desk.another().of(ACME).decode([payload], [SagaInput])
    assert back == start


async def test_a_small_start_input_stays_inline() -> None:
    desk = Desk()
    payload = await seal(desk, saga_input("exe_1", {"name": "small"}))
    assert not desk.objects.held
    [back] = await desk.of(ACME).decode([payload], [SagaInput])
    assert back.plan == {"name": "small"}


async def test_failures_are_encrypted_message_and_stack() -> None:
    from temporalio.api.failure.v1 import Failure

    desk, failure = Desk(), Failure()
    try:
        raise ApplicationError(CANARY, {"detail": CANARY}, type="t")
    except ApplicationError as error:
        await desk.of(ACME).encode_failure(error, failure)
    assert CANARY.encode() not in failure.SerializeToString()
    back = await desk.of(ACME).decode_failure(failure)
    assert isinstance(back, ApplicationError)
    assert back.message == CANARY
    assert back.details[0] == {"detail": CANARY}


async def test_the_sealer_refuses_other_contexts_tenants_and_bytes() -> None:
    keys = Desk().keys
    await keys.prepare("acme")
    await keys.prepare("bolt")
    sealed = keys.seal("acme", b"secret", context=b"journal")
    assert keys.unseal("acme", sealed, context=b"journal") == b"secret"
    with pytest.raises(Defect):
        keys.unseal("acme", sealed, context=b"outbox")
    with pytest.raises(Refused):
        keys.unseal("bolt", sealed, context=b"journal")
    with pytest.raises(Defect):
        keys.unseal("acme", b"plain text, never sealed, and long enough to be it")


def test_a_master_key_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(Invalid, match="32 bytes"):
        Vault(b"short")


async def test_keys_of_another_master_key_do_not_open() -> None:
    desk = Desk()
    await desk.keys.prepare("acme")
    with pytest.raises(Defect, match="master key"):
        await KeyRing(desk.rows, Vault(b"n" * 32), Clock()).prepare("acme")
