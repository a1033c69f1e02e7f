"""Librarian's place in the chain: agents only.

Rule ``sources`` (step): without the catalogue of admitted sources no agent reasons; everything else runs.
"""

from collections.abc import Collection
from typing import Any, Protocol

from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import NotFound, SymphainyError, Unavailable
from symphainy.foundations.language.records import Record, Ruling
from symphainy.foundations.language.step import Outcome
from symphainy.governance.librarian import citations
from symphainy.governance.role import GovernedCall, Role, settle

__all__ = ["Catalogue", "Librarian"]


class Catalogue(Protocol):
    """Which documents are admitted now; ``symphainy.runtime.store`` implements it."""

    async def ready(self, tenant: str) -> None:
        """Return if the catalogue can be asked."""
        ...

    async def admitted(self, tenant: str, documents: Collection[str], purpose: str) -> set[tuple[str, str]]:
        """(id, sha256) of those among ``documents`` that are the tenant's own, admitted for this purpose and unexpired."""
        ...


class Librarian(Role):
    """What an agent may know is decided before it reasons; what it may say, after."""

    name = "librarian"
    rules = ("sources", "citations")
    offers = ("knowledge.find",)

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """For an agent: the catalogue must answer, and every citation must be in it."""
        if call.contract is None or not call.contract.agent:
            return await self.next.step(call)
        try:
            await self._catalogue.ready(call.tenant)
        except Exception as error:
            raise Unavailable(
                "The catalogue of sources is away, so no agent may reason.", remedy="Try again later."
            ) from error
        settle(call.record, Ruling(service=self.name, rule="sources", reason="catalogue answers"))
        outcome = await self.next.step(call)
        found = list(citations.cited(outcome.output))
        admitted = await self._admitted(call.tenant, {c.document for c in found}, call.call.purpose)
        settle(call.record, citations.judge(found, admitted))
        step = f"step:{call.call.effect_key}"
        call.record.lineage.extend([*citations.edges(found, step), *citations.reasoned_with(outcome.output, step)])
        return outcome

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Citing a document from outside needs its admission as well."""
        if call.action == "cite":
            admitted = await self._admitted(call.principal.tenant, {call.resource_id}, call.purpose)
            verdict = "allow" if any(document == call.resource_id for document, _ in admitted) else "deny"
            ruling = Ruling.model_validate(
                {"service": self.name, "rule": "sources", "verdict": verdict, "reason": f"{verdict}: source"}
            )
            settle(record, ruling, error=NotFound)
        return await self.next.door(call, record)

    async def _admitted(self, tenant: str, documents: Collection[str], purpose: str) -> set[tuple[str, str]]:
        if not documents:
            return set()
        try:
            return await self._catalogue.admitted(tenant, documents, purpose)
        except SymphainyError:
            raise
        except Exception as error:
            raise Unavailable(
                "The catalogue of sources is away, so nothing can be cited.", remedy="Try again later."
            ) from error
