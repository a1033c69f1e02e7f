"""City Manager's place in the chain: is it registered, is the city open, which bundle is in force."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Defect, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.city_manager import maintenance, registration
from symphainy.governance.city_manager.bundles import Bundles
from symphainy.governance.role import Enrolment, GovernedCall, Role, settle
from symphainy.governance.switches import Switches, SwitchSetting

__all__ = ["CityManager", "SwitchRows"]

FRESH = timedelta(seconds=2)
"""A switch is in force everywhere within five seconds."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger("symphainy.city_manager")


class SwitchRows(Protocol):
    """Where switches are kept; ``governance.repositories`` puts the store's rows behind it."""

    async def switches(self, tenant: str) -> tuple[SwitchSetting, ...]:
        """The installation's (tenant "*") and the tenant's own."""
        ...


class CityManager(Role):
    """Registrar and governor: holds the roll and the bundle, and no reference to another service."""

    name = "city_manager"
    rules = ("registration", "maintenance", "bundle")
    offers = ("policy.check",)

    def __init__(self, bundles: Bundles, switches: Switches, clock: Clock, rows: SwitchRows | None = None) -> None:
        self.bundles, self.switches, self._clock, self._rows = bundles, switches, clock, rows
        self._read_at: dict[str, datetime] = {}
        self.roll: tuple[Enrolment, ...] = ()
        self.closed: frozenset[str] = frozenset()

    def enrol(self, roll: tuple[Enrolment, ...], expected: tuple[str, ...]) -> None:
        """Take the roll; a service missing or doubled stops the start."""
        names = tuple(e.service for e in roll)
        if names != expected:
            raise Defect(f"The roll of the city is {', '.join(names) or 'empty'}; it must be {', '.join(expected)}.")
        self.roll = roll

    async def prepare(self, tenant: str) -> None:
        """Read the tenant's switches again when they are older than ``FRESH``; unreadable or not allowed, the last stay."""
        now = self._clock.now()
        if self._rows is None or now - self._read_at.get(tenant, _NEVER) < FRESH:
            return
        try:
            self.switches.replace_tenant(tenant, await self._rows.switches(tenant))
        except Exception as error:  # defaults and floors hold without them
            _log.warning("switches of %s stay as they were (%s)", tenant, type(error).__name__)
        self._read_at[tenant] = now

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
