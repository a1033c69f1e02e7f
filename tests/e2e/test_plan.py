"""The upgrade verdict on a running instance: a run under way is replayed and retraced under what its definition is to become."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.instance import Running

from symphainy.cli.credentials import Credentials
from symphainy.cli.layout import Layout

pytestmark = pytest.mark.timeout(180)


def document(version: str, *more: dict[str, Any], n: int = 1) -> str:
    head = {"dsl": "1.0.3", "namespace": "e2e", "name": "upgraded", "version": version}
    do = [{"one": {"set": {"n": n}}}, {"look": {"call": "solution.catalog", "with": {"words": f"w{n}"}}}]
    return json.dumps({"document": head, "do": [*do, {"rest": {"wait": "P1D"}}, *more]})


async def test_a_run_under_way_is_told_at_which_step_it_would_part(running: Running, tmp_path: Path) -> None:
    here = ("--data-dir", str(running.data_dir))
    running.cli("login", *here)
    known = Credentials.load(Layout(running.data_dir, running.base))
    assert known is not None
    async with running.client() as client:
        await client.login(known.tenant, known.email, known.password)
        await client.solution.register(document("1.0.0"), "saga.yaml")
        accepted = await client.submit("e2e/upgraded:1.0.0", {})
        async for event in client.watch(accepted.execution_id):
            if event.subject == "/do/1/look":
                break
        (tmp_path / "saga.yaml").write_text(document("2.0.0", n=2))
        told = json.loads(running.cli("plan", str(tmp_path / "saga.yaml"), "--json", *here).stdout)
        found = next(each for each in told if each["execution_id"] == accepted.execution_id)
        assert (found["verdict"], found["step"]) == ("stays pinned", "/do/1/look")
        assert "other arguments" in found["why"]
        await client.cancel(accepted.execution_id)
