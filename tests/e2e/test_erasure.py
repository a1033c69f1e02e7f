"""A person is erased at a running platform: runs list, open, replay and verify without what they held; another person's are whole."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from support.instance import Running
from support.sagas import ended, pay

from symphainy.bindings.platform import platform
from symphainy.cli.state import environment_of
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import NotFound, Refused
from symphainy.foundations.settings import Settings
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.verify import verify

pytestmark = pytest.mark.timeout(120)
WORD = "Zebrafink 17"


async def submitted(client: SymphainyClient, observer: str) -> Any:
    """A saga about one claimant: a local step, an effect, a condition, a retry that is needed, and an output."""
    person = {"type": "object", "required": ["number"], "properties": {"number": {"type": "string", "x-subject": True}}}
    document = {
        "document": {"dsl": "1.0.3", "namespace": "e2e", "name": "claimed", "version": "1.0.0"},
        "input": {"schema": {"document": {"type": "object", "properties": {"claimant": person, "says": {"type": "string"}}}}},
        "do": [
            {"keep": {"set": {"says": "${ .says }"}, "export": {"as": "${ . }"}}},
            {"which": {"switch": [{"long": {"when": "${ (.says | length) > 3 }", "then": "pay"}}, {"else": {"then": "end"}}]}},
            {"pay": pay(observer, "${ .says }")},
            {"last": {"set": {"said": "${ $context.says }"}}},
        ],
    }  # fmt: skip
    await client.solution.register(json.dumps(document), "claimed.yaml")
    return [
        await client.submit("e2e/claimed:1.0.0", {"claimant": {"number": number}, "says": f"{WORD} of {number}"})
        for number in ("C-1", "C-2")
    ]


async def test_an_erased_persons_runs_list_open_and_verify(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_of(running.data_dir).items():
        if name.startswith("SYMPHAINY_"):
            monkeypatch.setenv(name, value)  # as the instance's own processes have it
    tenant = f"t{uuid.uuid4().hex[:10]}"
    async with await running.login(tenant) as client:
        hers, his = (each.execution_id for each in await submitted(client, running.observer))
        before = [await ended(client, each) for each in (hers, his)]
        assert before[0].output == {"said": f"{WORD} of C-1"}
        made = await client.solution.erase("C-1")
        assert (made.runs, json.loads(made.body)["runs"]) == (1, [hers])
        assert made == await client.solution.erase("C-1") and (await client.solution.erasures()) == (made,)
        with pytest.raises(NotFound):
            await client.solution.erase("C-3")
        await asyncio.sleep(2.1)  # as long as another process may hold a key
        listed = {each.execution_id: each.status for each in (await client.executions()).items}
        assert listed[hers] == listed[his] == "completed"
        shown, result = await client.execution(hers), await client.result(hers)
        assert shown.erased and [(step.name, step.status) for step in shown.steps][-1] == ("pay", "succeeded")
        assert (result.status, result.output, result.error, result.erased) == ("completed", None, None, True)
        assert await client.result(his) == before[1]
        events = [event async for event in client.watch(hers)]
        assert events[-1].type == "execution.completed" and WORD not in repr(events)
        assert len(await client.solution.decisions(hers)) >= 3
        assert await replayed(tenant) == {hers: False, his: True}


async def replayed(tenant: str) -> dict[str, bool]:
    """The record compared with Temporal's histories, as ``symphainy state verify`` does it; and whose histories can be read."""
    async with platform(Settings(), "test") as parts:
        archive = parts.archive(await parts.temporal())
        report = await verify(parts.surface, archive, tenant, signed=parts.signatures.verify)
        assert report.ok, report.findings
        assert (report.executions, report.histories, report.erased) == (2, 1, 1)
        readable = {}
        for execution in [row.execution_id for row in await Executions(parts.store).page(tenant)]:
            try:
                readable[execution] = await archive.history(tenant, execution) is not None
            except Refused:
                readable[execution] = False
        return readable
