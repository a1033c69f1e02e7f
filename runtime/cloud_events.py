"""Our events as CloudEvents 1.0: the one envelope in which they leave the platform, by subscription or by webhook."""

import json
from datetime import datetime

from symphainy.foundations.language.door import ERASED, FORGOTTEN, Sealer
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.model import Json

__all__ = ["cloud_event", "opened"]


def cloud_event(
    tenant: str, execution_id: str, *, id: str, type: str, subject: str, at: datetime, data: dict[str, Json]
) -> dict[str, Json]:
    """The envelope. ``timestamp`` repeats ``time`` for receivers that read Standard Webhooks bodies.

    >>> from datetime import UTC
    >>> cloud_event("acme", "exe_1", id="evt_1", type="a.done", subject="s", at=datetime(2026, 1, 1, tzinfo=UTC), data={})["source"]
    '/acme/executions/exe_1'
    """
    time = at.isoformat()
    return {
        "specversion": "1.0", "id": id, "source": f"/{tenant}/executions/{execution_id}", "type": type, "subject": subject,
        "time": time, "timestamp": time, "datacontenttype": "application/json", "data": {**data, "execution_id": execution_id},
    }  # fmt: skip


def opened(sealer: Sealer, tenant: str, event_id: str, data: bytes | None) -> dict[str, Json]:
    """An event's data in clear; of an erased or forgotten one it says that."""
    if data is None:
        return {}
    if not data:
        return {"erased": True, "reason": FORGOTTEN}
    try:
        found: dict[str, Json] = json.loads(sealer.unseal(tenant, data, context=f"event:{event_id}".encode()))
    except Refused as refusal:
        if refusal.code != ERASED:
            raise
        return {"erased": True}
    return found
