"""What reads and seals for every tenant, with that tenant's keys held before it does."""

from collections.abc import Awaitable, Callable

from temporalio.client import Client

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.healing import Healer
from symphainy.runtime.history import ExecutionHistory
from symphainy.runtime.history_export import HistoryArchive
from symphainy.runtime.reconciler import Findings, Reconciler
from symphainy.runtime.settle import Settler
from symphainy.runtime.starts import Starter
from symphainy.runtime.store.tenants import Tenants
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["Prepare", "PreparedArchive", "PreparedReconciler", "prepare_all"]

Prepare = Callable[[str], Awaitable[None]]
"""Hold the keys of a tenant."""


async def prepare_all(store: Store, prepare: Prepare) -> None:
    """Hold the keys of every tenant that there is."""
    for tenant in await Tenants(store).all():
        await prepare(tenant)


class PreparedReconciler(Reconciler):
    """A reconciler that holds every tenant's keys before it appends anything for one."""

    def __init__(
        self, temporal: Client, store: Store, surface: StateSurface, starter: Starter, settler: Settler, clock: Clock, prepare: Prepare,
        healer: Healer | None = None,
    ) -> None:  # fmt: skip
        super().__init__(temporal, store, surface, starter, settler, clock, healer=healer)
        self._store, self._prepare = store, prepare

    async def once(self) -> Findings:
        """One round."""
        await prepare_all(self._store, self._prepare)
        return await super().once()


class PreparedArchive(HistoryArchive):
    """Histories, sealed and unsealed with keys that are held by then; also what ``verify`` and ``rebuild`` read."""

    def __init__(self, client: Client, objects: Objects, sealer: Sealer, prepare: Prepare) -> None:
        super().__init__(client, objects, sealer)
        self._prepare = prepare

    async def export(self, tenant: str, execution_id: str) -> bool:
        """Write the execution's histories once."""
        await self._prepare(tenant)
        return await super().export(tenant, execution_id)

    async def history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
        """Decoded and folded; None when neither server nor export has it."""
        await self._prepare(tenant)
        try:
            return await self.read(tenant, execution_id)
        except NotFound:
            return None
