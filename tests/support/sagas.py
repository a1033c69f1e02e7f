"""Definitions that end-to-end tests register: OWS documents over the ledger realm."""

import json
import uuid
from typing import Any

from symphainy.foundations.experience import Result, SymphainyClient


async def registered(client: SymphainyClient, do: list[Any], *, name: str | None = None) -> str:
    """Register a document with this ``do``; its intent type."""
    name = name or f"s{uuid.uuid4().hex[:10]}"
    document = {"document": {"dsl": "1.0.3", "namespace": "e2e", "name": name, "version": "1.0.0"}, "do": do}
    await client.solution.register(json.dumps(document), f"{name}.yaml")
    return f"e2e/{name}:1.0.0"


def pay(observer: str, kind: str, **more: Any) -> dict[str, Any]:
    """A ``call`` that pays."""
    return {"call": more.pop("call", "ledger.pay"), "with": {"observer": observer, "kind": kind, **more}}


async def story(client: SymphainyClient, execution: str) -> list[tuple[str, str]]:
    """Every event of a closed execution: (type, path or subject); no gap, no repeat."""
    events = [event async for event in client.watch(execution)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [(event.type, str(event.subject or "")) for event in events]


async def ended(client: SymphainyClient, execution: str, wait: float = 90.0) -> Result:
    """The result, once it is closed."""
    result = await client.result(execution, wait=wait)
    assert result.closed, result
    return result
