"""Registered definitions and their plans. A version is immutable once it is there; plans are found by digest."""

import re
from collections import OrderedDict

from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Conflict, Defect, Invalid, NotFound
from symphainy.runtime.scheduled import own
from symphainy.runtime.store.definitions import DefinitionRow, PlanRow
from symphainy.runtime.store.definitions import Definitions as Rows
from symphainy.runtime.store.solutions import Solutions
from symphainy.runtime.store.unit import Store

__all__ = ["Definitions"]

_NAME = re.compile(r"^(?P<namespace>[^/:]+)/(?P<name>[^/:]+)(:(?P<version>[^/:]+))?$")
_CACHED = 256  # plans per process; one is 1 to 60 KB


class Definitions:
    """Register, list, get; and the store of plans that executions and solutions name by digest."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._rows, self._clock = store, Rows(store), clock
        self._schedules = Solutions(store)
        self._plans: OrderedDict[tuple[str, str], Plan] = OrderedDict()

    async def register(
        self,
        tenant: str,
        plan: Plan,
        source: str,
        by: str,
        *,
        media_type: str = "application/yaml",
        scheduled: bool = True,
    ) -> bool:
        """Register a compiled definition under its own version; False when exactly this one is registered already.

        What the newest version says under ``schedule`` is done from then on, unless it is not to be (``scheduled``).
        Conflict when the version is taken by another plan: versions are immutable.
        """
        _check(plan)
        async with self._store.tenant(tenant) as tx:
            await self._keep(tenant, plan, tx)
            row = DefinitionRow(
                tenant=tenant, namespace=plan.namespace, name=plan.name, version=plan.version, plan_digest=plan.digest,
                source=source, media_type=media_type, created_by=by, created_at=self._clock.now(),
            )  # fmt: skip
            standing, new = await self._rows.register(row, tx=tx)
            if standing.plan_digest != plan.digest:
                raise Conflict(
                    f"{plan.definition} is registered with another content",
                    code="version_taken",
                    remedy="give the changed definition a new version",
                )
            if scheduled:
                await self._schedule(tenant, plan, tx)
        return new

    async def _schedule(self, tenant: str, plan: Plan, tx: AsyncSession) -> None:
        """What the newest version says is what counts: one without a schedule ends that of the version before it."""
        versions = await self._rows.versions(tenant, plan.namespace, plan.name, tx=tx)
        if max((row.version for row in versions), key=_order, default=plan.version) == plan.version:
            rows = own(tenant, plan, self._clock.now())
            await self._schedules.schedule(tenant, f"{plan.namespace}/{plan.name}", rows, tx=tx)

    async def all(self, tenant: str, *, limit: int = 500) -> list[DefinitionRow]:
        """All versions, newest first."""
        return await self._rows.all(tenant, limit=limit)

    async def get(self, tenant: str, definition: str) -> DefinitionRow:
        """``namespace/name:version``, or the newest version of ``namespace/name``; NotFound."""
        row = await self._find(tenant, definition)
        if row is None:
            raise NotFound(
                f"there is no definition {definition}", code="definition_unknown", remedy="list the definitions"
            )
        return row

    async def keep(self, tenant: str, plan: Plan, *, tx: AsyncSession | None = None) -> None:
        """Keep a plan that an execution is about to be started with; it stays as long as anything may name it."""
        _check(plan)
        if (tenant, plan.digest) not in self._plans:
            await self._keep(tenant, plan, tx)

    async def plan(self, tenant: str, digest: str) -> Plan:
        """By digest; NotFound. Defect when the stored plan is not what its digest says."""
        held = self._plans.get((tenant, digest))
        if held is not None:
            self._plans.move_to_end((tenant, digest))
            return held
        row = await self._rows.plan(tenant, digest)
        if row is None:
            raise NotFound(f"there is no plan {digest}", code="plan_unknown")
        plan = Plan.model_validate_json(row.body)
        if plan.compute_digest() != digest:
            raise Defect(f"the plan stored as {digest} has another digest", code="plan_altered")
        return self._hold(tenant, plan)

    async def plan_of(self, tenant: str, definition: str) -> Plan | None:
        """The plan of a registered definition; None when there is none."""
        row = await self._find(tenant, definition)
        return await self.plan(tenant, row.plan_digest) if row else None

    async def _find(self, tenant: str, definition: str) -> DefinitionRow | None:
        named = _NAME.match(definition)
        if named is None:
            raise Invalid(f"{definition!r} is not of the form namespace/name:version", code="definition_name")
        namespace, name, version = named["namespace"], named["name"], named["version"]
        if version is not None:
            return await self._rows.get(tenant, namespace, name, version)
        versions = await self._rows.versions(tenant, namespace, name)
        return max(versions, key=lambda row: _order(row.version), default=None)

    async def _keep(self, tenant: str, plan: Plan, tx: AsyncSession | None) -> None:
        row = PlanRow(
            tenant=tenant,
            digest=plan.digest,
            definition=plan.definition,
            body=plan.model_dump_json(),
            created_at=self._clock.now(),
        )
        await self._rows.add_plan(row, tx=tx)
        if tx is None:  # inside a caller's transaction it may yet be rolled back
            self._hold(tenant, plan)

    def _hold(self, tenant: str, plan: Plan) -> Plan:
        self._plans[tenant, plan.digest] = plan
        while len(self._plans) > _CACHED:
            self._plans.popitem(last=False)
        return plan


def _check(plan: Plan) -> None:
    if not plan.digest or plan.compute_digest() != plan.digest:
        raise Defect(f"the plan of {plan.definition} is not sealed with its own digest", code="plan_unsealed")


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Versions in their natural order: 1.10.0 is newer than 1.9.0, and a release than its pre-release.

    >>> sorted(["1.10.0", "1.9.0", "1.10.0-rc1"], key=_order)
    ['1.9.0', '1.10.0-rc1', '1.10.0']
    """
    release, _, pre = version.partition("-")
    parts = tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in release.split("."))
    return (*parts, (0, 0, pre) if pre else (2, 0, ""))
