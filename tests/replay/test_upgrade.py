"""The upgrade verdict over the golden histories: what a run has done is retraced under its own plan, and parts from another one."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from replay.test_replay import FOLDER, GOLDEN
from symphainy.foundations.definitions.plan import Plan
from symphainy.runtime.history import ExecutionHistory, fold
from symphainy.runtime.upgrade import Verdict, verdicts


class Golden:
    """An archive of one golden history."""

    def __init__(self, path: Path) -> None:
        self.history = WorkflowHistory.from_json("t:exe_golden", path.read_text())

    async def raw(self, tenant: str, execution_id: str) -> list[WorkflowHistory]:
        return [self.history]

    async def read(self, tenant: str, execution_id: str) -> ExecutionHistory:
        return await fold(pydantic_data_converter, tenant, execution_id, [self.history])


async def replays(runs: Any) -> str:
    return ""


async def breaks(runs: Any) -> str:
    return "it does not replay"


async def verdict(name: str, change: Any, *, closed: bool = False, replay: Any = replays) -> Verdict:
    archive = Golden(FOLDER / f"{name}.json")
    told = await archive.read("t", "x")
    plan = change(Plan.model_validate(told.start.plan))
    row: Any = SimpleNamespace(
        tenant="t", execution_id=told.start.execution_id, definition=plan.definition, status="running", plan_digest="old",
        closed_at="now" if closed else None,
    )  # fmt: skip
    (found,) = await verdicts([row], plan.sealed(), archive, replay)
    return found


NOT_ALONE = {"continued", "together-continued", "packed-state", "run-below", "together-run-below"}
"""Later runs of continued ones, and one whose run below stands in a history of its own."""


@pytest.mark.parametrize("name", [name for name in GOLDEN if name not in NOT_ALONE])
async def test_a_run_is_retraced_under_its_own_plan(name: str) -> None:
    found = await verdict(name, lambda plan: plan.model_copy(update={"version": "9.0.0"}))
    assert found.verdict == "may move", found


async def test_a_history_that_does_not_replay_would_break_unless_it_has_ended() -> None:
    same = lambda plan: plan.model_copy(update={"version": "9.0.0"})  # noqa: E731
    assert (await verdict("local-steps", same, replay=breaks)).verdict == "would break"
    assert (await verdict("local-steps", same, replay=breaks, closed=True)).verdict == "stays pinned"


async def test_another_definition_parts_from_it() -> None:
    def emptied(plan: Plan) -> Plan:
        return plan.model_copy(update={"document": {**plan.document, "do": []}})

    found = await verdict("unwound", emptied)
    assert found.verdict == "stays pinned" and found.step and "has ended" in found.why
