"""What operators and governors read of the record: open work items, and why each step was allowed or refused."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Edge
from symphainy.runtime.describe import Reader
from symphainy.runtime.doors import Caller, Doors, caller
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.lineage import Lineage
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.work import WorkQueue

__all__ = ["Records", "WorkItem", "node_of"]

_NODES = {"exe_": "run", "doc_": "document", "int_": "intent"}


def node_of(value: str) -> str:
    """The node that is meant: an id or a SHA-256 needs no word before it.

    >>> node_of("exe_1"), node_of("f" * 64)[:13], node_of("value:9")
    ('run:exe_1', 'artifact:ffff', 'value:9')
    """
    if len(value) == 64 and all(c in "0123456789abcdef" for c in value):
        return f"artifact:{value}"
    kind = _NODES.get(value[:4])
    return f"{kind}:{value}" if kind else value


@dataclass(frozen=True)
class WorkItem:
    """Something that needs a person: an unknown outcome, an undo that failed, a run that is stuck."""

    item_id: str
    kind: str
    execution_id: str
    effect_key: str
    capability: str
    reason: str
    opened_at: datetime


class Records:
    """Reads behind the door."""

    def __init__(self, store: Store, reader: Reader, doors: Doors) -> None:
        self._lineage = Lineage(store)
        self._work, self._decisions, self._reader, self._doors = WorkQueue(store), Decisions(store), reader, doors

    async def work(self, who: Caller, *, execution_id: str = "", limit: int = 200) -> list[WorkItem]:
        """The tenant's open items, oldest first."""
        principal, session = caller(who)
        resource: Literal["Tenant"] = "Tenant"
        await self._doors.passed(
            DoorCall(
                action="read", principal=principal, session=session, resource_type=resource, resource_id=principal.tenant,
                resource={"tenant": principal.tenant},
            )
        )  # fmt: skip
        rows = await self._work.items(principal.tenant, execution_id=execution_id, limit=limit)
        names = WorkItem.__dataclass_fields__
        return [WorkItem(**{name: getattr(row, name) for name in names}) for row in rows]

    async def lineage(self, who: Caller, node: str, *, back: bool, depth: int = 20, limit: int = 2000) -> list[Edge]:
        """What a node came from, or what came from it, within the caller's tenant; nearest first."""
        principal, session = caller(who)
        resource: Literal["Tenant"] = "Tenant"
        await self._doors.passed(
            DoorCall(
                action="read", principal=principal, session=session, resource_type=resource, resource_id=principal.tenant,
                resource={"tenant": principal.tenant}, purpose="operate",
            )
        )  # fmt: skip
        return await self._lineage.walk(
            principal.tenant, node_of(node), up=back, implied=True, depth=depth, limit=limit
        )

    async def decisions(self, who: Caller, execution_id: str) -> list[dict[str, Json]]:
        """The decision records of one execution, in the order in which they were chained."""
        row = await self._reader.row(who, execution_id)
        await self._doors.execution(who, "read", row)
        found: list[dict[str, Json]] = []
        after = 0
        while page := [
            each
            for each in await self._decisions.after(row.tenant, execution_id, after, limit=500)
            if each.stream == execution_id
        ]:
            after = page[-1].seq
            found += [{"effect_key": r.effect_key, "seq": r.seq, "hash": r.hash, **json.loads(r.body)} for r in page]
        return found
