"""What agents may recall: ``language.conversation.Memory`` over executions, closings and the catalogue.

No conversation is kept anywhere: its turns are the principal's own closed executions of ``agent.message``, read back from
what they ended with. So it is there after any process has died, and gone with the executions' keys.
"""

import asyncio
from typing import Any

from pydantic import ValidationError

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.conversation import Offered, Proposal, Run, Said, Source
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import NotFound, Refused
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.lifecycle import unseal_closing
from symphainy.runtime.solutions import Solutions
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store

__all__ = ["TURN", "StoredMemory"]

TURN = "agent.message"
"""The intent whose executions are turns."""
LOOK_BACK = 60
"""Turns of a principal that are looked at for those of one conversation."""
REMEMBERED = 500
"""Characters of what was said and answered that are remembered: enough to follow, small enough to travel."""


class StoredMemory:
    """Reads; holds nothing."""

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        objects: Objects,
        solutions: Solutions,
        definitions: Definitions,
        clock: Clock,
    ) -> None:
        self._executions, self._journal, self._documents = Executions(store), Journal(store), Documents(store)
        self._sealer, self._objects, self._clock = sealer, objects, clock
        self._solutions, self._definitions = solutions, definitions

    async def turns(self, tenant: str, principal: str, conversation: str, *, before: str, limit: int) -> list[Said]:
        """Earlier turns that ended with an answer, oldest first."""
        rows = await self._executions.page(tenant, before=before, principal=principal, intent=TURN, limit=LOOK_BACK)
        closed = await self._journal.closings(tenant, [row.execution_id for row in rows])
        said, sealer = [], await self._sealer.of(tenant, "", *(row.output for row in closed))
        for row in sorted(closed, key=lambda each: each.execution_id):
            try:
                ended = unseal_closing(sealer, tenant, row.execution_id, row.output).output
            except Refused:
                continue  # erased, or past its retention
            if isinstance(ended, dict) and ended.get("conversation") == conversation:
                said.append(_said(row.execution_id, ended))
        return said[-limit:]

    async def runs(self, tenant: str, principal: str, *, before: str, limit: int) -> list[Run]:
        """Executions of the principal's own that are no turns."""
        rows = await self._executions.page(tenant, before=before, principal=principal, but=TURN, limit=limit)
        return [
            Run(
                execution=r.execution_id, intent=r.intent, status=r.status, compensation=r.compensation, at=r.created_at
            )
            for r in rows
        ]

    async def sources(self, tenant: str, *, limit: int, purpose: str = "") -> list[Source]:
        """The citable documents, each with a reference to its text."""
        rows = await self._documents.citable(tenant, self._clock.now(), limit=limit, purpose=purpose)
        return list(await asyncio.gather(*(self._source(row) for row in rows)))

    async def offers(self, tenant: str) -> list[Offered]:
        """The intents of deployed solutions, with what their payloads must have."""
        found = []
        for deployed in await self._solutions.deployed(tenant):
            stored = await self._solutions.get(tenant, deployed.digest)
            for intent, to in sorted(stored.routes.items()):
                plan = await self._definitions.plan(tenant, to.plan_digest)
                found.append(
                    Offered(intent=intent, solution=deployed.name, title=_title(plan), required=_required(plan))
                )
        return found

    async def _source(self, row: DocumentRow) -> Source:
        text = None
        if row.text_artifact:
            try:
                size = (await self._objects.stat(f"{row.tenant}/{row.text_artifact}")).size
                digest = row.text_artifact.rpartition("/")[2]
                text = ArtifactRef(key=row.text_artifact, sha256=digest, size=size, media_type="application/json")
            except NotFound:
                text = None
        return Source(document=row.document_id, title=row.title, sha256=row.sha256, text=text, at=row.created_at)


def _said(execution: str, ended: dict[str, Any]) -> Said:
    proposed = ended.get("proposal")
    try:
        proposal = Proposal.model_validate(proposed) if proposed else None
    except ValidationError:
        proposal = None  # a tenant's own saga may answer this intent: what is no proposal cannot be confirmed
    return Said(
        execution=execution, text=str(ended.get("text") or "")[:REMEMBERED], to=ended.get("to"),
        answer=str(ended["answer"])[:REMEMBERED] if ended.get("answer") else None,
        proposal=proposal,
    )  # fmt: skip


def _title(plan: Plan) -> str:
    return str((plan.document.get("document") or {}).get("title") or "")


def _required(plan: Plan) -> tuple[str, ...]:
    """The members that the saga's own input schema asks for."""
    given = plan.document.get("input")
    schema = given.get("schema") if isinstance(given, dict) else None
    document = schema.get("document") if isinstance(schema, dict) else None
    return tuple(document.get("required") or ()) if isinstance(document, dict) else ()
