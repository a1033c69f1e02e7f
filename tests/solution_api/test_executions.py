"""Executions as operators see them: listed, drawn, cancelled; nothing of another tenant."""

from dataclasses import replace

import pytest

from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import NotFound

SAGA = """document: {dsl: '1.0.0', namespace: acme, name: hello, version: 1.0.0}
do:
  - shout:
      call: text.shout
      with: {text: hi}
"""


async def test_the_plan_of_an_execution_is_drawn_for_its_own_tenant(plane, client, monkeypatch):
    found = await client.register(SAGA)
    runtime, summary = plane.parts.runtime, plane.parts.runtime._summary
    monkeypatch.setattr(runtime, "_summary", lambda run: replace(summary(run), plan_digest=found.digest))
    session = (await plane.parts.guard.authenticate(client._http.tokens.access)).session
    begun = await runtime.submit(Intent(type="test.hold", payload={}), session)
    assert (await client.execution_graph(begun.execution_id)).mermaid.startswith("flowchart")
    assert [e.execution_id for e in (await client.executions()).items] == [begun.execution_id]
    assert (await client.suspend(begun.execution_id)).status == "suspended"
    assert (await client.resume(begun.execution_id)).status == "running"
    assert (await client.cancel(begun.execution_id)).status == "cancelled"
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    with pytest.raises(NotFound):
        await stranger.execution_graph(begun.execution_id)
