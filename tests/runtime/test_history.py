"""Reading histories: which steps a run has, with what results, over all runs of the execution; local, segmented and remote."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.foundations.language.ids import effect_key
from symphainy.foundations.language.wire import SAGA, SEGMENT, STEP, SagaInput, SegmentResult, StepCall, StepResult
from symphainy.runtime.history import histories, read
from symphainy.runtime.ids import mint
from symphainy.runtime.namespace import RETENTION, ensure_namespace, retention
from symphainy.runtime.search_attributes import ALL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = timedelta(seconds=10)


@activity.defn(name=STEP)
async def step(call: StepCall) -> StepResult:
    if call.arguments == "refuse":
        problem = Invalid("not so").problem()
        raise ApplicationError("no", problem, type=problem.type, non_retryable=True)
    if call.arguments == "lost":
        raise ApplicationError("the worker was lost", non_retryable=True)
    return StepResult(path=call.path, output=call.arguments, at=NOW, seq=7)


@activity.defn(name=SEGMENT)
async def segment(paths: list[str]) -> SegmentResult:
    return SegmentResult(results=tuple(StepResult(path=path, call_id=path, output=path, at=NOW) for path in paths))


@workflow.defn(name=SAGA)
class Steps:
    @workflow.run
    async def run(self, given: SagaInput) -> None:
        if given.state is None:
            await workflow.execute_local_activity(SEGMENT, ["/do/0/a", "/do/1/b"], start_to_close_timeout=LIMIT)
            await self._local(given, "/do/2/c", 3)
            workflow.continue_as_new(given.model_copy(update={"state": {"at": 3}}))
        await self._step(given, "/do/3/d", {"n": 4})
        await self._step(given, "/do/4/e", "refuse")
        await self._step(given, "/do/5/f", "lost")
        await self._step(given, "/do/3/d", {"n": -4}, undo=True)

    async def _local(self, given: SagaInput, path: str, arguments: Any) -> None:
        await workflow.execute_local_activity(
            STEP, call(given, path, arguments), activity_id=path, start_to_close_timeout=LIMIT
        )

    async def _step(self, given: SagaInput, path: str, arguments: Any, *, undo: bool = False) -> None:
        about = call(given, path, arguments, undo=undo)
        try:
            await workflow.execute_activity(
                STEP, about, activity_id=path + ("/undo" if undo else ""), start_to_close_timeout=LIMIT
            )
        except ActivityError:
            pass


def call(given: SagaInput, path: str, arguments: Any, *, undo: bool = False) -> StepCall:
    return StepCall(
        tenant=given.tenant, execution_id=given.execution_id, capability="c@1", arguments=arguments, path=path, now=NOW,
        effect_key=effect_key(given.tenant, given.execution_id, path, undo=undo), plan_digest="sha256:p",
        kind="undo" if undo else "do",
    )  # fmt: skip


async def test_a_history_tells_every_step_of_all_runs(client: Client, tenant: str) -> None:
    queue, execution_id = f"q-{token_hex(4)}", mint("execution")
    given = SagaInput(tenant=tenant, execution_id=execution_id, intent="x.y", plan={}, input=1, submitted_at=NOW)
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[Steps],
        activities=[step, segment],
        workflow_runner=UnsandboxedWorkflowRunner(),
        build_id="test",
    )
    async with worker:
        await client.execute_workflow(SAGA, given, id=f"{tenant}:{execution_id}", task_queue=queue)
    told = await read(client, tenant, execution_id)
    assert (len(told.run_ids), told.status, told.start.input, told.start.state) == (2, "completed", 1, None)
    assert [(s.path, s.local, s.undo) for s in told.steps] == [
        ("/do/0/a", True, False), ("/do/1/b", True, False), ("/do/2/c", True, False),
        ("/do/3/d", False, False), ("/do/4/e", False, False), ("/do/3/d", False, True),
    ]  # fmt: skip
    first, local, remote, refused, undone = told.steps[0], told.steps[2], told.steps[3], told.steps[4], told.steps[5]
    assert first.result and first.result.output == "/do/0/a"
    assert local.result and (local.result.output, local.result.seq, local.task) == (3, 7, f"{told.run_ids[0]}/3")
    assert (
        remote.result
        and remote.call
        and (remote.result.output, remote.call.arguments, remote.task) == ({"n": 4}, {"n": 4}, "")
    )
    assert refused.result is None and refused.problem and refused.problem.detail == "not so"
    assert undone.effect_key == effect_key(tenant, execution_id, "/do/3/d", undo=True)


async def test_an_unknown_execution_has_no_history(client: Client) -> None:
    with pytest.raises(NotFound):
        await histories(client, "nobody", mint("execution"))


async def test_our_namespace_keeps_thirty_days_and_knows_its_attributes(client: Client) -> None:
    await ensure_namespace(client)
    assert await retention(client) == RETENTION == timedelta(days=30)
    name = f"n-{token_hex(4)}"
    await ensure_namespace(client, name, keep=timedelta(days=3))
    assert await retention(client, name) == timedelta(days=3)
    assert len(ALL) == 5
