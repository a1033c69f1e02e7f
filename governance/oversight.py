"""The city's watch: what Conductor and Nurse want done about runs nobody is calling for, under the switches of this moment."""

from datetime import timedelta
from typing import Literal

from symphainy.governance.chain import City
from symphainy.governance.conductor import replaying, sla
from symphainy.governance.data_steward import retention
from symphainy.governance.nurse import healing
from symphainy.runtime.oversight import Act, Keeping

__all__ = ["CityOversight"]


class CityOversight:
    """``runtime.oversight.Oversight`` and ``Keeper`` over a city. Where a tenant is under maintenance nothing is done, whatever is due."""

    def __init__(self, city: City) -> None:
        self._city = city

    async def late(self, tenant: str, solution: str | None, age: timedelta, within: timedelta) -> Act:
        """Conductor's rule ``sla``."""
        return await self._settled("sla", tenant, solution, sla.judge(age, within))

    async def faulted(self, tenant: str, solution: str | None, compensation: str, tries: int, since: timedelta) -> Act:
        """Conductor's rule ``auto_replay``."""
        return await self._settled("auto_replay", tenant, solution, replaying.judge(compensation, tries, since))

    async def ill(self, tenant: str, solution: str | None, kind: Literal["stuck", "unknown"], tries: int) -> Act:
        """Nurse's rule ``auto_heal``."""
        return await self._settled("auto_heal", tenant, solution, healing.judge(kind, tries))

    async def keeping(self, tenant: str, solution: str | None = None) -> Keeping:
        """Data Steward's rule ``retention``. A setting that cannot be read, or trusted, changes nothing."""
        manager, home = self._city.manager, tenant.removeprefix("rehearsal:")
        await manager.prepare(home)
        if not manager.sure(home) or manager.under_maintenance(home):
            return Keeping()
        bundle = manager.bundles.of(home).bundle
        found = retention.judge(bundle.retention_of(home), manager.switches.mode("retention", home, solution))
        return (
            found if not found.days else found.model_copy(update={"reason": f"{found.reason}, bundle {bundle.digest}"})
        )

    async def _settled(self, switch: str, tenant: str, solution: str | None, due: Act) -> Act:
        if due.do == "nothing":
            return due
        await self._city.prepare(tenant)
        manager = self._city.manager
        mode = manager.switches.mode(switch, tenant, solution)
        if mode == "off" or manager.under_maintenance(tenant):
            return Act()
        return due if mode == "enforce" else Act(do="note", would=due.do, reason=due.reason)
