"""A tenant's record with a canary in everything that holds a payload, its objects, and the sweep over both."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.language.errors import Problem, Unavailable
from symphainy.foundations.language.people import Shown, TaskDecided, TaskOpened
from symphainy.foundations.language.records import Edge, EventDraft, Record
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.governance.bundle import Retention as Terms
from symphainy.governance.data_steward.retention import judge
from symphainy.governance.role import Mode
from symphainy.runtime.history_export import export_key
from symphainy.runtime.oversight import Keeping
from symphainy.runtime.retention import Retention, Swept
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.inbox import Inbox, InboxRow
from symphainy.runtime.store.tenants import TenantRow, Tenants
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.uploads import UploadRow, Uploads
from symphainy.runtime.surface import StateSurface

from ..store.database import Moving
from .making import NOW, PAY, call, closing, entry, new, opening, passport
from .test_receive import intent

CANARY = "canary-kept-too-long"
A, B, C, D, E = (letter * 64 for letter in "abcde")


class Clear:
    """Seals in the city's form without hiding anything, so that a canary is found wherever it was left."""

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        return b"S1\x04d-00" + bytes(12) + data + bytes(16)

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        return data[19:-16]

    def digest(self, tenant: str, data: bytes) -> str:
        return hmac.digest(tenant.encode(), data, hashlib.sha256).hex()

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> "Clear":
        return self

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        return None


class Frail(LocalObjects):
    """A store that goes away after so many deletions."""

    left = 10**6

    async def delete(self, key: str) -> None:
        if not self.left:
            raise Unavailable("the object store is away")
        self.left -= 1
        await super().delete(key)


@dataclass
class Rule:
    """What the city would say, with the steward's own judge; tenants without a rule keep for good."""

    terms: dict[str, int] = field(default_factory=dict)
    modes: dict[str | None, Mode] = field(default_factory=dict)

    async def keeping(self, tenant: str, solution: str | None = None) -> Keeping:
        return judge(Terms(days=self.terms.get(tenant)), self.modes.get(solution, "enforce"))


@dataclass
class Office:
    """One tenant's record, its objects, and the sweep over both."""

    tenant: str
    store: Store
    surface: StateSurface
    objects: Frail
    rule: Rule
    clock: Moving
    folder: Path

    async def run(self, execution: str = "", *, close: bool = True, edges: tuple[Edge, ...] = ()) -> str:
        """A run with a canary in everything that holds a payload of it; ``execution``: one below another."""
        row = intent(self.tenant, key=f"k-{new()}", state="started")
        row.start = self.surface.sealer.seal(self.tenant, CANARY.encode())
        if execution:
            row.execution_id = execution
        else:
            execution = row.execution_id
            await self.surface.receive(row)
        await self.surface.open(opening(self.tenant, execution), passport(self.tenant, execution))
        record = Record(events=[EventDraft(type="claim.read", data={"who": CANARY})], lineage=list(edges))
        asked = call(self.tenant, execution, "/do/0/pay", contract=PAY).model_copy(update={"arguments": {"to": CANARY}})
        broke = Problem(type="about:blank", status=500, title="broken", detail=CANARY)
        shown = TaskOpened(task_id=f"t-{execution}", shown=Shown(title=CANARY, show={"x": CANARY}), shown_digest="d")
        said = TaskDecided(
            task_id=f"t-{execution}", principal="usr_ann", choice="approve", value={"x": CANARY}, shown_digest="d", settled="approved"
        )  # fmt: skip
        await self.surface.commit(
            [
                entry(asked, {"said": CANARY}, contract=PAY, record=record),
                entry(call(self.tenant, execution, "/do/1/b"), problem=broke),
                entry(call(self.tenant, execution, "/do/2/ask"), people=(shown,)),
                entry(call(self.tenant, execution, "/do/3/said"), people=(said,)),
            ]
        )
        payload = f"{self.tenant}/payloads/{execution.partition('/')[0]}/{new()}"
        for where in (payload, export_key(self.tenant, execution)):
            await self.objects.put(where, b"sealed", create_only=True)
        if close:
            await self.close(execution)
        return execution

    async def close(self, execution: str) -> None:
        await self.surface.close(closing(self.tenant, execution, "faulted", output={"said": CANARY}))

    async def sweep(self) -> Swept:
        return await Retention(self.store, self.objects, self.rule, self.clock).once()

    async def row_of(self, execution: str) -> datetime | None:
        row = await Executions(self.store).get(self.tenant, execution)
        assert row is not None
        return row.forgotten_at

    async def left(self) -> set[str]:
        return {stat.key.removeprefix(f"{self.tenant}/") async for stat in self.objects.list(self.tenant)}


async def at(store: Store, clock: Moving, tenant: str, folder: Path) -> Office:
    await Tenants(store).add(TenantRow(tenant=tenant, created_at=NOW))
    return Office(tenant, store, StateSurface(store, Clear(), clock), Frail(folder), Rule({tenant: 30}), clock, folder)


async def holding(superuser: AsyncEngine, tenant: str) -> set[str]:
    """Every column of every table in which a row of the tenant's holds the canary, in clear or in a sealed value."""
    found = set()
    async with superuser.connect() as connection:
        columns = await connection.execute(
            text("""SELECT c.table_name, c.column_name FROM information_schema.columns c
                    JOIN information_schema.columns t ON t.table_name = c.table_name AND t.column_name = 'tenant'
                    WHERE c.table_schema = 'public' AND t.table_schema = 'public'""")
        )
        tables: dict[str, list[str]] = {}
        for table, column in columns:
            tables.setdefault(table, []).append(column)
        for table, names in tables.items():
            told = ", ".join(
                f"bool_or(position(:word IN {n}::text) > 0 OR position(:hex IN {n}::text) > 0)" for n in names
            )
            about = {"word": CANARY, "hex": CANARY.encode().hex(), "t": tenant}
            row = (await connection.execute(text(f"SELECT {told} FROM {table} WHERE tenant = :t"), about)).one()
            found |= {f"{table}.{name}" for name, held in zip(names, row, strict=True) if held}
    return found


PLACES = {
    "events.data", "human_tasks.shown", "human_tasks.title", "inbox.data", "inbox.subject", "intents.start", "journal.arguments",
    "journal.output", "task_decisions.value", "uploads.name",
}  # fmt: skip


async def everywhere(office: Office) -> str:
    """A run that has left a canary in every place there is."""
    execution = await office.run(close=False, edges=(Edge(source=f"artifact:{A}", target=f"artifact:{B}"),))
    upload = UploadRow(tenant=office.tenant, upload_id=new(), name=CANARY, created_at=NOW)
    await Uploads(office.store).add(upload)
    await Uploads(office.store).stored(office.tenant, upload.upload_id, sha256=A, size=1, object_key="k", at=NOW)
    for letter in (A, B):
        await office.objects.put(f"{office.tenant}/artifacts/{letter}", b"x")
    async with office.store.tenant(office.tenant) as tx:
        await tx.execute(
            text("INSERT INTO listeners VALUES (:t, :e, 'crm.told', now())"), {"t": office.tenant, "e": execution}
        )
    event = InboxRow(
        tenant=office.tenant, source="/crm", event_id="e1", type="crm.told", subject=CANARY,
        data=office.surface.sealer.seal(office.tenant, CANARY.encode()), received_at=NOW,
    )  # fmt: skip
    await Inbox(office.store).receive(event)
    await office.close(execution)
    return execution
