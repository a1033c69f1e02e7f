"""Every golden history replays on the workflow as it is now: what sagas under way have done, they would do again."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from replay.cases import cases
from symphainy.workflows.runner import sandbox
from symphainy.workflows.saga import Saga

FOLDER = Path(__file__).resolve().parents[1] / "histories"
GOLDEN = sorted(path.stem for path in FOLDER.glob("*.json"))


def replayer() -> Replayer:
    return Replayer(
        workflows=[Saga], data_converter=pydantic_data_converter, workflow_runner=sandbox(), build_id="test"
    )


@pytest.mark.parametrize("name", GOLDEN)
async def test_replays(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text()
    await replayer().replay_workflow(WorkflowHistory.from_json(f"t:{name}", text))


def test_thirty_are_kept() -> None:
    assert GOLDEN == sorted(cases()) and len(GOLDEN) >= 30
