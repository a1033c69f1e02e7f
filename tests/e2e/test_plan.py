"""The upgrade verdict on a running instance: a run under way is replayed and retraced under what its definition is to become."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.instance import Running, until

from symphainy.cli.credentials import Credentials
from symphainy.cli.layout import Layout

pytestmark = pytest.mark.timeout(180)


def document(version: str, *more: dict[str, Any], n: int = 1) -> str:
    head = {"dsl": "1.0.3", "namespace": "e2e", "name": "upgraded", "version": version}
    do = [{"one": {"set": {"n": n}}}, {"look": {"call": "solution.catalog", "with": {"words": f"w{n}"}}}]
    return json.dumps({"document": head, "do": [*do, {"rest": {"wait": "P1D"}}, *more]})


async def test_a_run_may_move_stays_pinned_or_is_the_same(running: Running, tmp_path: Path) -> None:
    here = ("--data-dir", str(running.data_dir))
    running.cli("login", *here)
    known = Credentials.load(Layout(running.data_dir, running.base))
    assert known is not None
    file = tmp_path / "saga.yaml"
    async with running.client() as client:
        await client.login(known.tenant, known.email, known.password)
        await client.solution.register(document("1.0.0"), "saga.yaml")
        accepted = await client.submit("e2e/upgraded:1.0.0", {})

        def verdict(text: str) -> dict[str, str]:
            file.write_text(text)
            told = json.loads(running.cli("plan", str(file), "--json", *here).stdout)
            return next(each for each in told if each["execution_id"] == accepted.execution_id)

        until(lambda: verdict(document("1.0.0"))["status"] == "running", what="the run under way")
        assert verdict(document("1.0.0"))["verdict"] == "the same plan"
        moved = verdict(document("1.1.0", {"more": {"set": {"x": 1}}}))
        assert (moved["verdict"], moved["step"]) == ("may move", "/do/1/look")
        pinned = verdict(document("2.0.0", n=2))
        assert (pinned["verdict"], pinned["step"]) == ("stays pinned", "/do/1/look")
        await client.cancel(accepted.execution_id)
