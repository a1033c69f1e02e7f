"""A run is past its retention at a running platform: it lists, opens, replays no more and verifies, without what it held."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
from support.instance import Running
from support.sagas import ended, pay

from symphainy.bindings.platform import platform
from symphainy.cli.state import environment_of
from symphainy.foundations.language.clock import SystemClock
from symphainy.foundations.settings import Settings
from symphainy.governance.oversight import CityOversight
from symphainy.runtime.retention import Retention
from symphainy.runtime.verify import verify

pytestmark = pytest.mark.timeout(120)
WORD = "Rohrdommel 23"


class Later:
    """Forty days ahead."""

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(days=40)


async def test_a_forgotten_run_lists_opens_and_verifies(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment_of(running.data_dir).items():
        if name.startswith("SYMPHAINY_"):
            monkeypatch.setenv(name, value)  # as the instance's own processes have it
    tenant = f"t{uuid.uuid4().hex[:10]}"
    async with await running.login(tenant) as client:
        document = {
            "document": {"dsl": "1.0.3", "namespace": "e2e", "name": "kept", "version": "1.0.0"},
            "do": [
                {"keep": {"set": {"says": "${ .says }"}, "export": {"as": "${ . }"}}},
                {"pay": pay(running.observer, "${ .says }")},
                {"last": {"set": {"said": "${ $context.says }"}}},
            ],
        }  # fmt: skip
        await client.solution.register(json.dumps(document), "kept.yaml")
        run = (await client.submit("e2e/kept:1.0.0", {"says": WORD})).execution_id
        before = await ended(client, run)
        assert before.output == {"said": WORD}
        await client.solution.apply_bundle({"retention": {"*": {"days": 30}}})
        await client.solution.switch("retention", "enforce")
        assert (await client.solution.city()).retention == {"mode": "enforce", "days": 30, "past": 0}
        async with platform(Settings(), "test") as parts:
            sweep = Retention(parts.store, parts.objects, CityOversight(parts.city), Later())
            assert (await sweep.once()).forgotten == 1
            report = await verify(
                parts.surface, parts.archive(await parts.temporal()), tenant, signed=parts.signatures.verify
            )
            assert report.ok and (report.executions, report.histories, report.forgotten) == (1, 0, 1), report.findings
        shown, result = await client.execution(run), await client.result(run)
        assert (shown.erased, shown.erased_why) == (True, "retention") and shown.steps
        assert (result.status, result.output, result.erased_why) == ("completed", None, "retention")
        assert [(each.execution_id, each.erased_why) for each in (await client.executions()).items] == [
            (run, "retention")
        ]
        assert WORD not in repr([event async for event in client.watch(run)])
