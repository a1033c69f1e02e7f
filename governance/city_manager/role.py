"""City Manager's place in the chain: is it registered, is the city open, which bundle is in force."""

from typing import Any

from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Defect, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.city_manager import maintenance, registration
from symphainy.governance.city_manager.bundles import Bundles
from symphainy.governance.role import Enrolment, GovernedCall, Role, settle
from symphainy.governance.switches import Switches

__all__ = ["CityManager"]


class CityManager(Role):
    """Registrar and governor: holds the roll and the bundle, and no reference to another service."""

    name = "city_manager"
    rules = ("registration", "maintenance", "bundle")

    def __init__(self, bundles: Bundles, switches: Switches) -> None:
        self.bundles, self.switches = bundles, switches
        self.roll: tuple[Enrolment, ...] = ()
        self.closed: frozenset[str] = frozenset()

    def enrol(self, roll: tuple[Enrolment, ...], expected: tuple[str, ...]) -> None:
        """Take the roll; a service missing or doubled stops the start."""
        names = tuple(e.service for e in roll)
        if names != expected:
            raise Defect(f"The roll of the city is {', '.join(names) or 'empty'}; it must be {', '.join(expected)}.")
        self.roll = roll

    def close(self, tenant: str = "*") -> None:
        """Begin maintenance for a tenant, or for all."""
        self.closed |= {tenant}

    def open(self, tenant: str = "*") -> None:
        """End it."""
        self.closed -= {tenant}

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Stamp the bundle; refuse the unregistered; under maintenance, the step waits (Temporal tries again)."""
        call.record.bundle = self.bundles.digest
        settle(call.record, registration.judge(call.call, call.contract))
        settle(call.record, maintenance.judge("run", call.tenant, self.closed), error=Unavailable)
        return await self.next.step(call)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """The same for a call from outside; an admission carries the bundle it was given under."""
        record.bundle = self.bundles.digest
        settle(record, maintenance.judge(call.action, call.principal.tenant, self.closed), error=Unavailable)
        admission = await self.next.door(call, record)
        return admission.model_copy(update={"bundle": record.bundle})

    def status(self) -> dict[str, Json]:
        """The whole configuration as one document: ``symphainy status city`` prints it."""
        bundle = self.bundles.current.bundle
        return {
            "roll": [e.model_dump(mode="json") for e in self.roll],
            "bundle": {
                "version": bundle.version, "digest": bundle.digest, "applied_at": self.bundles.applied_at.isoformat(),
                "failure": self.bundles.failure, "policies": sorted(bundle.policies), "orchestration": bundle.orchestration,
                "rates": bundle.rates, "sessions": bundle.sessions,
            },
            "switches": self.switches.document(),
            "maintenance": sorted(self.closed),
        }  # fmt: skip
