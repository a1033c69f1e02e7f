"""Solutions, what is deployed, which intents that answers, and the experience bound to it."""

from collections.abc import Sequence
from datetime import datetime
from types import EllipsisType
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.definitions.schedule import awaited
from symphainy.runtime.store.columns import SQLModel, big, instant, json, key, maybe, text
from symphainy.runtime.store.inbox import STARTS, ListenerRow
from symphainy.runtime.store.unit import Repository
from symphainy.runtime.store.webhooks import EndpointRow, Webhooks

__all__ = ["BindingRow", "DeploymentRow", "IntentRouteRow", "SolutionRow", "Solutions"]


class SolutionRow(SQLModel, table=True):
    """One Solution Definition, by digest, immutable. ``body``: the folder as JSON text (file name → text)."""

    __tablename__ = "solutions"
    __table_args__ = (Index("solutions_version", "tenant", "name", "version", unique=True),)
    tenant: str = key()
    digest: str = key()
    name: str = text()
    version: str = text()
    body: str = text()
    created_by: str = text()
    created_at: datetime = instant()


class DeploymentRow(SQLModel, table=True):
    """One deployment. ``state``: active, superseded, withdrawn; one is active per name."""

    __tablename__ = "deployments"
    __table_args__ = (
        Index("deployments_active", "tenant", "name", unique=True, postgresql_where=sql("state = 'active'")),
    )
    tenant: str = key()
    name: str = key()
    revision: int = big(primary_key=True)
    digest: str = text()
    version: str = text()
    state: str = text("active")
    deployed_by: str = text()
    deployed_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)


class IntentRouteRow(SQLModel, table=True):
    """What a deployed solution answers an intent with."""

    __tablename__ = "intent_routes"
    tenant: str = key()
    intent: str = key()
    solution: str = key()
    definition: str = text()
    plan_digest: str = text()


class BindingRow(SQLModel, table=True):
    """One experience binding of a deployed solution. ``kind``: rest, schedule, webhook …; ``about`` is its definition."""

    __tablename__ = "bindings"
    __table_args__ = (Index("bindings_schedules", "tenant", "solution", postgresql_where=sql("kind = 'schedule'")),)
    tenant: str = key()
    solution: str = key()
    kind: str = key()
    name: str = key()
    intent: str | None = maybe()
    about: dict[str, Any] = json()
    bound_at: datetime = instant()


_DEPLOYED = sql("SELECT tenant, name, digest FROM deployments WHERE state = 'active' ORDER BY tenant, name")

_SCHEDULING = sql("SELECT DISTINCT tenant, solution FROM bindings WHERE kind = 'schedule' ORDER BY tenant, solution")


class Solutions(Repository):
    """Statements on solutions."""

    async def add(self, row: SolutionRow, *, tx: AsyncSession | None = None) -> bool:
        """Keep a definition; False when the digest, or this name and version, is there already (compare what stands)."""
        return await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, digest: str, *, tx: AsyncSession | None = None) -> SolutionRow | None:
        """By digest."""
        return await self._one(SolutionRow, tenant, tx, tenant=tenant, digest=digest)

    async def versions(self, tenant: str, name: str = "", *, tx: AsyncSession | None = None) -> list[SolutionRow]:
        """All versions, newest first: of one name, or of all."""
        named: dict[str, Any] = {"name": name} if name else {}
        return await self._some(SolutionRow, tenant, tx, newest="created_at", tenant=tenant, **named)

    async def deploy(
        self,
        row: DeploymentRow,
        routes: list[IntentRouteRow],
        bindings: list[BindingRow],
        endpoints: Sequence[EndpointRow] = (),
        *,
        replaces: str | None | EllipsisType = ...,
        tx: AsyncSession | None = None,
    ) -> DeploymentRow | None:
        """Make it the active deployment, in one transaction with its routes, bindings and endpoints. Deploying the same digest again
        keeps the revision. ``row.revision`` is given here. None, and nothing is done, when what is active is neither this
        digest nor the one it ``replaces`` (None: nothing; ``...``: whatever it is).
        """
        async with self.within(row.tenant, tx) as session:
            await session.execute(
                sql("SELECT pg_advisory_xact_lock(hashtext(:k))"), {"k": f"deploy/{row.tenant}/{row.name}"}
            )
            past = await self._some(
                DeploymentRow, row.tenant, session, newest="revision", limit=1, tenant=row.tenant, name=row.name
            )
            active = past[0].digest if past and past[0].state == "active" else None
            if replaces is not ... and active not in (replaces, row.digest):
                return None
            if active == row.digest:
                standing = past[0]
            else:
                await self._end(row.tenant, row.name, "superseded", row.deployed_at, session)
                standing = row.model_copy(update={"revision": past[0].revision + 1 if past else 1})
                await self._add(standing, row.tenant, session)
            await self._clear(row.tenant, row.name, session)
            for each in routes:
                await self._add(each, row.tenant, session)
            await self._bind(row.tenant, bindings, session)
            await Webhooks(self.store).bind(row.tenant, row.name, endpoints, tx=session)
            return standing

    async def withdraw(
        self, tenant: str, name: str, at: datetime, *, digest: str = "", tx: AsyncSession | None = None
    ) -> bool:
        """End a deployment (that of ``digest`` only, where one is given): its intents and bindings go with it."""
        async with self.within(tenant, tx) as session:
            standing = await self.active(tenant, name, tx=session)
            if standing is None or digest not in ("", standing.digest):
                return False
            await self._clear(tenant, name, session)
            await Webhooks(self.store).bind(tenant, name, (), tx=session)
            return bool(await self._end(tenant, name, "withdrawn", at, session))

    async def active(self, tenant: str, name: str, *, tx: AsyncSession | None = None) -> DeploymentRow | None:
        """What is deployed under a name."""
        return await self._one(DeploymentRow, tenant, tx, tenant=tenant, name=name, state="active")

    async def deployed(self, tenant: str, *, tx: AsyncSession | None = None) -> list[DeploymentRow]:
        """All active deployments of a tenant."""
        return await self._some(DeploymentRow, tenant, tx, oldest="name", tenant=tenant, state="active")

    async def everywhere(self) -> list[tuple[str, str, str]]:
        """(tenant, name, digest) of all active deployments: what an API binds when it starts."""
        async with self.store.relay() as session:
            return [(row.tenant, row.name, row.digest) for row in await session.execute(_DEPLOYED)]

    async def routes(self, tenant: str, intent: str, *, tx: AsyncSession | None = None) -> list[IntentRouteRow]:
        """The deployed solutions that answer an intent."""
        return await self._fetch(IntentRouteRow, "surface_routes", tenant, intent, tx=tx)

    async def bindings(self, tenant: str, solution: str, *, tx: AsyncSession | None = None) -> list[BindingRow]:
        """The experience bound to a solution."""
        return await self._some(BindingRow, tenant, tx, oldest="name", tenant=tenant, solution=solution)

    async def binding(self, tenant: str, solution: str, kind: str, name: str) -> BindingRow | None:
        """One binding."""
        return await self._one(BindingRow, tenant, None, tenant=tenant, solution=solution, kind=kind, name=name)

    async def schedule(self, tenant: str, owner: str, bindings: list[BindingRow], *, tx: AsyncSession) -> None:
        """The schedules of a definition that is no solution's, in place of those that it had."""
        await self._clear(tenant, owner, tx)
        await self._bind(tenant, bindings, tx)

    async def scheduling(self) -> list[tuple[str, str]]:
        """(tenant, owner) of everything that has a schedule, of all tenants; for the relay."""
        async with self.store.relay() as session:
            return [(row.tenant, row.solution) for row in await session.execute(_SCHEDULING)]

    async def _bind(self, tenant: str, bindings: list[BindingRow], tx: AsyncSession) -> None:
        """Keep them; those that wait for events listen from now on."""
        for each in bindings:
            await self._add(each, tenant, tx)
            for type_ in awaited(each.about["on"]) if each.kind == "schedule" and each.about.get("on") else ():
                listener = f"{STARTS}{each.solution}.{each.name}"
                await self._add(
                    ListenerRow(tenant=tenant, execution_id=listener, type=type_, since=each.bound_at), tenant, tx
                )

    async def _end(self, tenant: str, name: str, state: str, at: datetime, tx: AsyncSession) -> int:
        values = {"state": state, "ended_at": at}
        return await self._change(DeploymentRow, tenant, tx, values, tenant=tenant, name=name, state="active")

    async def _clear(self, tenant: str, name: str, tx: AsyncSession) -> None:
        await self._drop(IntentRouteRow, tenant, tx, tenant=tenant, solution=name)
        for each in await self.bindings(tenant, name, tx=tx):
            if each.kind == "schedule":
                await self._drop(ListenerRow, tenant, tx, tenant=tenant, execution_id=f"{STARTS}{name}.{each.name}")
        await self._drop(BindingRow, tenant, tx, tenant=tenant, solution=name)
