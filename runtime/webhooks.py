"""Endpoints outside that are told what happens: the register, and the postbox of whoever delivers (``language.post``).

An endpoint belongs to a tenant, or to a solution that has bound it; then it comes and goes with the deployment.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Conflict, NotFound
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.post import Letter, LetterState
from symphainy.runtime.cloud_events import cloud_event, opened
from symphainy.runtime.lifecycle import unseal_closing
from symphainy.runtime.store.events import Events
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import EndpointRow, LetterRow, Webhooks

__all__ = ["ADVISED", "OVERLAP", "EndpointDraft", "Postbox", "WebhookRegister", "before"]

ADVISED = 20 << 10
"""Bytes of a message (Standard Webhooks advises at most 20 KB): a larger result is named, and fetched by whoever needs it."""
OVERLAP = timedelta(hours=24)
"""How long the secret before the last rotation still signs, beside the new one."""


def before(secret: str) -> str:
    """Where the value that a secret had before its last rotation is kept.

    >>> before("crm_hook")
    'crm_hook_before'
    """
    return f"{secret}_before"


@dataclass(frozen=True)
class EndpointDraft:
    """An endpoint to be kept."""

    url: str
    types: tuple[str, ...]
    title: str = ""
    subject: str = ""
    solution: str = ""
    intent: str = ""
    result: bool = False


class WebhookRegister:
    """Administration; who may is asked at the door before."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._rows, self._clock = Webhooks(store), clock

    async def add(self, tenant: str, draft: EndpointDraft, endpoint_id: str, by: str) -> EndpointRow:
        """Keep a new endpoint; its id is the name of its secret, too."""
        row = EndpointRow(
            tenant=tenant, endpoint_id=endpoint_id, title=draft.title, url=draft.url, types=list(draft.types),
            subject=draft.subject, solution=draft.solution, intent=draft.intent, result=draft.result,
            secrets=[endpoint_id], created_by=by, created_at=self._clock.now(),
        )  # fmt: skip
        await self._rows.add(row)
        return row

    async def get(self, tenant: str, endpoint_id: str) -> EndpointRow:
        """One; NotFound, also for a removed one."""
        row = await self._rows.get(tenant, endpoint_id)
        if row is None or row.state == "removed":
            raise NotFound("there is no such endpoint", code="no_endpoint", remedy="list the endpoints")
        return row

    async def all(self, tenant: str) -> list[EndpointRow]:
        """All of a tenant, oldest first."""
        return await self._rows.all(tenant)

    async def rotated(self, tenant: str, endpoint_id: str) -> EndpointRow:
        """From now on and for ``OVERLAP`` the secret before signs as well."""
        name = (await self.get(tenant, endpoint_id)).secrets[0]
        values = {"secrets": [name, before(name)], "rotated_at": self._clock.now()}
        await self._rows.change(tenant, endpoint_id, dict(values))
        return await self.get(tenant, endpoint_id)

    async def change(self, tenant: str, endpoint_id: str, values: dict[str, object]) -> EndpointRow:
        """Another address, title or list of types; Conflict for one that a solution has bound."""
        self._own(await self.get(tenant, endpoint_id))
        await self._rows.change(tenant, endpoint_id, values)
        return await self.get(tenant, endpoint_id)

    async def set_state(self, tenant: str, endpoint_id: str, *, active: bool, reason: str = "") -> EndpointRow:
        """Enable or disable it."""
        await self.get(tenant, endpoint_id)
        await self._rows.change(tenant, endpoint_id, {"state": "active" if active else "disabled", "reason": reason})
        return await self.get(tenant, endpoint_id)

    async def remove(self, tenant: str, endpoint_id: str) -> None:
        """Remove it; Conflict for one that a solution has bound."""
        self._own(await self.get(tenant, endpoint_id))
        await self._rows.change(tenant, endpoint_id, {"state": "removed"})

    async def letters(self, tenant: str, endpoint_id: str, state: str = "", limit: int = 100) -> list[LetterRow]:
        """What was, is or will be sent to it, newest first."""
        await self.get(tenant, endpoint_id)
        return await self._rows.page(tenant, endpoint_id, state, limit)

    async def again(self, tenant: str, endpoint_id: str, event_id: str = "") -> int:
        """Send one letter again, or all dead ones, under the same ids; how many."""
        await self.get(tenant, endpoint_id)
        count = await self._rows.again(tenant, endpoint_id, event_id)
        if event_id and not count:
            raise NotFound("no delivery of this event has ended", code="no_letter", remedy="list the deliveries")
        return count

    @staticmethod
    def _own(row: EndpointRow) -> None:
        if row.binding:
            raise Conflict(
                f"the solution {row.solution} has bound this endpoint", code="endpoint_bound",
                remedy="disable it, or deploy the solution with another binding, or without it",
            )  # fmt: skip


class Postbox:
    """``language.post.Postbox`` over the store."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock) -> None:
        self._rows, self._events, self._journal = Webhooks(store), Events(store), Journal(store)
        self._sealer, self._clock = sealer, clock

    async def letter(self, tenant: str, endpoint: str, event: str) -> Letter | None:
        """The event as a CloudEvent, with the endpoint that it goes to."""
        row, due = await self._rows.get(tenant, endpoint), await self._rows.letter(tenant, endpoint, event)
        found = await self._events.one(tenant, event)
        if row is None or due is None or found is None:
            raise NotFound("nothing of this event is due to this endpoint", code="no_letter")
        if row.state != "active":
            return None
        data = opened(await self._sealer.of(tenant, "", found.data), tenant, event, found.data)
        told = cloud_event(
            tenant, found.execution_id, id=found.id, type=found.type, subject=found.subject, at=found.at, data=data
        )
        if row.result and found.type.startswith("execution."):
            told = await self._with_result(tenant, found.execution_id, told)
        return Letter(endpoint=endpoint, url=row.url, secrets=self._in_force(row), id=event, event=told)

    async def note(
        self, tenant: str, endpoint: str, event: str, *, state: LetterState, attempts: int, answer: int, reason: str
    ) -> None:
        """Keep how an attempt went."""
        values = {
            "state": state,
            "attempts": attempts,
            "answer": answer,
            "reason": reason,
            "noted_at": self._clock.now(),
        }
        await self._rows.note(tenant, endpoint, event, dict(values))

    async def disable(self, tenant: str, endpoint: str, reason: str) -> None:
        """Send it nothing more."""
        await self._rows.change(tenant, endpoint, {"state": "disabled", "reason": reason})

    def _in_force(self, row: EndpointRow) -> tuple[str, ...]:
        overlap = row.rotated_at is not None and self._clock.now() < row.rotated_at + OVERLAP
        return tuple(row.secrets[: 2 if overlap else 1])

    async def _with_result(self, tenant: str, execution_id: str, told: dict[str, Json]) -> dict[str, Json]:
        """With what the run ended with, where it fits."""
        row = await self._journal.closed(tenant, execution_id)
        if row is None or not row.output:
            return told
        sealer = await self._sealer.of(tenant, "", row.output)
        output = unseal_closing(sealer, tenant, execution_id, row.output).output
        whole = {**told, "data": {**told["data"], "output": output}}
        if len(json.dumps(whole, ensure_ascii=False).encode()) <= ADVISED:
            return whole
        return {**told, "data": {**told["data"], "output_omitted": True}}
