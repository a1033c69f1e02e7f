"""Submitting intents, and what became of them."""

import uuid
from collections.abc import Mapping

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.models import (
    Accepted,
    EventTaken,
    Execution,
    Executions,
    Result,
    Status,
    Submission,
)
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Json


class Submits(Client):
    """Intents in, results out."""

    async def submit(
        self, intent: str, payload: Mapping[str, Json] | None = None, *, key: str | None = None, wait: float | None = None,
        solution: str | None = None, session_id: str | None = None,
    ) -> Accepted | Result:  # fmt: skip
        """Submit an intent: Accepted, or with ``wait`` (seconds) the Result, if it came in time.

        Safe to repeat: a lost line is retried under the same key. Invalid (422) for a key used before with another body.
        """
        body = Submission(intent=intent, payload=dict(payload or {}), solution=solution, session_id=session_id)
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Prefer": f"wait={wait:.0f}" if wait else ""}
        about = body.model_dump(mode="json", exclude_none=True)
        response = await self._http.request("POST", "/api/intent/submit", json=about, headers=headers, repeat=True)
        model: type[Accepted] | type[Result] = Accepted if response.status_code == 202 else Result
        return model.model_validate_json(response.content)

    async def deliver(self, event: Mapping[str, Json]) -> EventTaken:
        """Hand in a CloudEvent. Safe to repeat: its source and id make it one."""
        response = await self._http.request("POST", "/api/events", json=dict(event), repeat=True)
        return EventTaken.model_validate_json(response.content)

    async def run(
        self, intent: str, payload: Mapping[str, Json] | None = None, *, timeout: float = 300.0, **about: str
    ) -> Result:
        """Submit and wait until it is over or ``timeout`` seconds have passed; look at ``closed``."""
        found = await self.submit(intent, payload, wait=min(timeout, 60.0), **about)
        return found if isinstance(found, Result) else await self.result(found.execution_id, wait=timeout)

    async def search(
        self, query: str, *, limit: int = 8, documents: tuple[str, ...] = (), wait: float = 30.0
    ) -> Accepted | Result:
        """Search the admitted documents; the hits are the Result's output."""
        body = {"query": query, "limit": limit, "documents": list(documents)}
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Prefer": f"wait={wait:.0f}"}
        response = await self._http.request("POST", "/v1/content/search", json=body, headers=headers, repeat=True)
        model: type[Accepted] | type[Result] = Accepted if response.status_code == 202 else Result
        return model.model_validate_json(response.content)

    async def decode(
        self, file: ArtifactRef, copybook: str | ArtifactRef, *, wait: float = 30.0, **layout: Json
    ) -> Accepted | Result:
        """Decode an uploaded file of mainframe records; ``layout`` as in the API. The Result's output names its Parquet parts."""
        body: dict[str, Json] = {"file": file.model_dump(mode="json"), "layout": layout}
        if isinstance(copybook, str):
            body["copybook"] = copybook
        else:
            body["copybook_file"] = copybook.model_dump(mode="json")
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Prefer": f"wait={min(wait, 60.0):.0f}"}
        response = await self._http.request("POST", "/v1/content/decode", json=body, headers=headers, repeat=True)
        model: type[Accepted] | type[Result] = Accepted if response.status_code == 202 else Result
        return model.model_validate_json(response.content)

    async def execution(self, execution_id: str) -> Execution:
        """Where it stands; NotFound also for another tenant's."""
        return await self._http.get(f"/api/execution/{execution_id}", Execution)

    async def executions(
        self, *, status: Status | None = None, limit: int = 50, after: str | None = None
    ) -> Executions:
        """A page of executions, newest first."""
        params = {k: v for k, v in {"status": status, "limit": limit, "after": after}.items() if v is not None}
        return await self._http.get("/api/execution", Executions, params=params)

    async def result(self, execution_id: str, *, wait: float = 0.0) -> Result:
        """How it ended, or where it stands after ``wait`` seconds."""
        left = wait
        while True:
            now = min(left, 60.0)
            headers = {"Prefer": f"wait={now:.0f}"} if now >= 1 else {}
            found = await self._http.get(f"/api/execution/{execution_id}/result", Result, headers=headers)
            left -= 60.0
            if found.closed or left <= 0:
                return found

    async def cancel(self, execution_id: str) -> Execution:
        """Ask it to stop and to undo what it has done."""
        return await self._http.post(f"/api/execution/{execution_id}/cancel", Execution, repeat=True)

    async def suspend(self, execution_id: str) -> Execution:
        """Let no further task of it begin until ``resume``."""
        return await self._http.post(f"/api/execution/{execution_id}/suspend", Execution, repeat=True)

    async def resume(self, execution_id: str) -> Execution:
        """Let a suspended one go on."""
        return await self._http.post(f"/api/execution/{execution_id}/resume", Execution, repeat=True)
