"""On a real Temporal server: headers, passports, and what a client without the codec can read."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import HeaderCodecBehavior
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.wire import (
    HEADER_PASSPORT,
    HEADER_TRACE,
    Opening,
    SagaAbout,
    SagaInput,
    SegmentCall,
)
from symphainy.governance.data_steward.converter import data_converter
from symphainy.governance.incoming import incoming
from symphainy.governance.interceptors import CityActivityInterceptor, CityClientInterceptor, same_execution
from symphainy.runtime.headers import carrying, passport_headers

from ..support.temporal_server import temporal_server
from .parts import START, Objects, Scene, a_passport
from .passing import Passing
from .wire_workflow import Wire

CANARY = "canary-8675"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Probe(Message):
    """What the activity is called with."""

    tenant: str
    execution_id: str
    plan_digest: str
    note: Any = None


@activity.defn(name="probe")
async def probe(call: Probe) -> dict[str, Any]:
    come = incoming.get()
    assert come.passport is not None
    return {"actor": come.passport.principal.id, "trace": come.trace, "bundle": come.bundle, "note": call.note}


def sandbox() -> SandboxedWorkflowRunner:
    passed = ("symphainy", "pydantic", "pydantic_core", "tests")
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed))


@dataclass
class Harbour:
    """A worker with the city's wall, and clients of several kinds."""

    address: str
    scene: Scene
    objects: Objects = field(default_factory=Objects)
    audited: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    queue: str = field(default_factory=lambda: f"q-{uuid4()}")

    async def audit(self, tenant: str, error: Refused, ids: Mapping[str, str]) -> None:
        self.audited.append((tenant, error.detail, ids))

    async def client(self) -> Client:
        return await Client.connect(
            self.address, data_converter=data_converter(self.scene.city.keys, self.objects),
            interceptors=[CityClientInterceptor()], header_codec_behavior=HeaderCodecBehavior.CODEC,
        )  # fmt: skip

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Client]:
        client = await self.client()
        async with Worker(
            client, task_queue=self.queue, workflows=[Wire], activities=[probe],
            interceptors=[Passing(), CityActivityInterceptor(self.scene.city.inspect, self.audit)],
            workflow_runner=sandbox(), build_id="test",
        ):  # fmt: skip
            yield client

    def headers(self, execution_id: str, **changes: Any) -> dict[str, str]:
        passport = self.scene.city.sign(a_passport(execution_id=execution_id, **changes))
        return {**passport_headers(passport.token, "sha256:bundle"), HEADER_TRACE: TRACE}


def start_input(execution_id: str, tenant: str = "acme", purpose: str = "operate", note: Any = CANARY) -> SagaInput:
    return SagaInput(
        tenant=tenant, execution_id=execution_id, intent="a.b", plan={}, input=note, submitted_at=START, purpose=purpose
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with temporal_server(tmp_path_factory.mktemp("temporal")) as found:
        yield found


@pytest.fixture
async def harbour(address: str, scene: Scene) -> Harbour:
    return Harbour(address, scene)


async def run(client: Client, harbour: Harbour, execution_id: str, headers: dict[str, str], **about: Any) -> Any:
    with carrying(headers):
        return await client.execute_workflow(
            "Wire", start_input(execution_id, **about), id=f"acme:{execution_id}", task_queue=harbour.queue
        )


async def test_headers_arrive_in_both_kinds_of_activity(harbour: Harbour) -> None:
    async with harbour.worker() as client:
        result = await run(client, harbour, "exe_h", harbour.headers("exe_h"))
    expected = {"actor": "ann", "trace": TRACE, "bundle": "sha256:bundle", "note": CANARY}
    assert result == {"near": expected, "far": expected, "heard": []}
    assert harbour.audited == []


def forged(token: str) -> str:
    head, body, signature = token.split(".")
    return ".".join((head, body, ("A" if signature[0] != "A" else "B") + signature[1:]))


@pytest.mark.parametrize(
    "case", ["missing", "forged", "other execution", "other tenant", "other plan", "key of nobody"]
)
@pytest.mark.rule("security_guard.passport", shows="bites")
async def test_a_run_started_straight_at_temporal_is_refused_before_anything_runs(harbour: Harbour, case: str) -> None:
    execution = f"exe_{case.replace(' ', '_')}"
    good = harbour.headers(execution)
    stranger = await Scene().start()
    headers = {
        "missing": {},
        "forged": {**good, HEADER_PASSPORT: forged(good[HEADER_PASSPORT])},
        "other execution": harbour.headers("exe_else"),
        "other tenant": harbour.headers(execution, tenant="bolt"),
        "other plan": harbour.headers(execution, plan_digest="sha256:else"),
        "key of nobody": passport_headers(stranger.city.sign(a_passport(execution_id=execution)).token),
    }[case]
    async with harbour.worker() as client:
        with pytest.raises(WorkflowFailureError) as caught:
            await run(client, harbour, execution, headers)
    refusal = caught.value.cause
    assert isinstance(refusal, ApplicationError)
    assert refusal.non_retryable
    assert refusal.details[0]["status"] == 401
    assert [(tenant, ids["workflow_id"]) for tenant, _, ids in harbour.audited] == [("acme", f"acme:{execution}")]


async def test_a_call_whose_payload_names_another_tenant_is_refused(harbour: Harbour) -> None:
    async with harbour.worker() as client:
        with pytest.raises(WorkflowFailureError) as caught:
            await run(client, harbour, "exe_confused", harbour.headers("exe_confused"), tenant="bolt")
    assert "tenant in the call" in str(caught.value.cause)


async def test_a_run_started_by_a_plain_client_fails_and_nothing_runs(harbour: Harbour) -> None:
    plain = await Client.connect(harbour.address)
    async with harbour.worker() as client:
        await plain.start_workflow(
            "Wire", start_input("exe_plain").model_dump(mode="json"), id="acme:exe_plain", task_queue=harbour.queue
        )
        with pytest.raises(WorkflowFailureError, match="failed") as caught:
            await asyncio.wait_for(client.get_workflow_handle("acme:exe_plain").result(), 20)
    assert "in clear" in str(caught.value.cause)


async def test_a_forged_signal_does_not_hold_up_a_good_run(harbour: Harbour) -> None:
    plain = await Client.connect(harbour.address)
    async with harbour.worker() as client:
        with carrying(harbour.headers("exe_s")):
            handle = await client.start_workflow(
                "Wire", start_input("exe_s", purpose="listen"), id="acme:exe_s", task_queue=harbour.queue
            )
        await plain.get_workflow_handle("acme:exe_s").signal("tell", "forged")
        assert await handle.query("waiting") == {"for": "canary-query"}
        assert await handle.execute_update("propose", CANARY) == f"heard {CANARY}"
        result = await asyncio.wait_for(handle.result(), 20)
    assert result["heard"] == [CANARY]


async def test_a_client_without_the_codec_reads_labels_and_no_payload(harbour: Harbour) -> None:
    async with harbour.worker() as client:
        with carrying(harbour.headers("exe_l")):
            handle = await client.start_workflow(
                "Wire", start_input("exe_l", purpose="listen"), id="acme:exe_l", task_queue=harbour.queue
            )
        await handle.signal("tell", CANARY)
        await handle.result()
        plain = await Client.connect(harbour.address)
        details = await plain.get_workflow_handle("acme:exe_l").query("__temporal_workflow_metadata")
        raw = await plain.workflow_service.get_workflow_execution_history(
            GetWorkflowExecutionHistoryRequest(
                namespace="default", execution=WorkflowExecution(workflow_id="acme:exe_l")
            )
        )
    history = raw.SerializeToString()
    assert b"far parse" in history and b"near parse" in history
    assert "parse · normalise" in str(details)
    for secret in (CANARY, "canary-query", "ann", TRACE, "sha256:bundle"):
        assert secret.encode() not in history, secret


async def test_histories_replay_with_the_converter(harbour: Harbour) -> None:
    async with harbour.worker() as client:
        await run(client, harbour, "exe_r", harbour.headers("exe_r"))
        history = await client.get_workflow_handle("acme:exe_r").fetch_history()
    replayer = Replayer(
        workflows=[Wire], interceptors=[Passing()], data_converter=data_converter(harbour.scene.city.keys, harbour.objects),
        header_codec_behavior=HeaderCodecBehavior.CODEC, workflow_runner=sandbox(), build_id="test",
    )  # fmt: skip
    result = await replayer.replay_workflow(history)
    assert result.replay_failure is None


async def test_large_values_travel_by_reference_and_come_back(harbour: Harbour) -> None:
    note = CANARY * 20_000
    async with harbour.worker() as client:
        result = await run(client, harbour, "exe_big", harbour.headers("exe_big"), note=note)
    assert result["near"]["note"] == result["far"]["note"] == note
    assert any(key.startswith("acme/payloads/") for key in harbour.objects.held)


async def test_a_child_carries_its_roots_passport(scene: Scene) -> None:
    root: Passport = scene.city.sign(a_passport())
    child = "acme:exe_1/do/0/each:one"
    same_execution(root, child, [Probe(tenant="acme", execution_id="exe_1/do/0/each:one", plan_digest="sha256:child")])
    for workflow_id in ("acme:exe_2/do/0", "bolt:exe_1", "acme:exe_10", "exe_1"):
        with pytest.raises(Refused):
            same_execution(root, workflow_id, [])


def test_what_a_segment_names_inside_is_looked_at_too(scene: Scene) -> None:
    root: Passport = scene.city.sign(a_passport())
    about = SagaAbout(tenant="acme", execution_id="exe_1")
    given = SegmentCall(saga=about, state={}, plan_digest=root.plan_digest, task="r/3")
    same_execution(root, "acme:exe_1", [given])
    opened = Opening(
        tenant="acme",
        execution_id="exe_1",
        intent="a.b",
        plan_digest=root.plan_digest,
        definition="d",
        run_id="r",
        task="r/3",
    )
    for change in (
        {"saga": about.model_copy(update={"tenant": "bolt"})},
        {"saga": about.model_copy(update={"execution_id": "exe_2"})},
        {"opening": opened.model_copy(update={"tenant": "bolt"})},
        {"opening": opened.model_copy(update={"plan_digest": "sha256:another"})},
    ):
        with pytest.raises(Refused):
            same_execution(root, "acme:exe_1", [given.model_copy(update=change)])
