"""A saga that is a Python function, on the whole platform: governed, recorded, taken back, and explained like any other."""

import pytest
from support.instance import Running
from support.sagas import ended, story

pytestmark = pytest.mark.timeout(180)


async def test_a_function_runs_as_a_governed_saga_and_is_taken_back(running: Running) -> None:
    async with await running.login() as client:
        done = await client.submit("ledger.once", {"observer": running.observer})
        result = await ended(client, done.execution_id)
        assert (result.status, result.compensation) == ("completed", "none") and result.output["receipt"]
        failed = await client.submit("ledger.once", {"observer": running.observer, "fail": True})
        result = await ended(client, failed.execution_id)
        assert (result.status, result.compensation) == ("faulted", "compensated")
        assert [row[1] for row in running.ledger(failed.execution_id)["effects"]] == ["code", "undo-code"]
        told = await story(client, failed.execution_id)
        assert ("step.completed", "/do/pay") in told and ("step.compensated", "/do/pay") in told
        assert told[-1][0] == "execution.faulted"
        seen = await client.solution.execution(failed.execution_id)
        assert [step.path for step in seen.steps if step.kind == "step"] == ["/do/pay", "/do/refuse"]
