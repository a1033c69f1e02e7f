"""City Manager's place in the chain: is it registered, is the city open, which bundle is in force."""

import logging
from datetime import timedelta
from typing import Any, Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Defect, Invalid, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.refresh import Refresh
from symphainy.foundations.language.step import Outcome
from symphainy.governance.city_manager import maintenance, registration
from symphainy.governance.city_manager.bundles import Bundles
from symphainy.governance.overlay import EVERYONE, Overlay
from symphainy.governance.role import Enrolment, GovernedCall, Role, settle
from symphainy.governance.switches import Switches, SwitchSetting

__all__ = ["CityManager", "ControlRows"]

FRESH = timedelta(seconds=2)
"""A switch is in force everywhere within five seconds."""
_log = logging.getLogger("symphainy.city_manager")


class ControlRows(Protocol):
    """Where what the city is told is kept; ``governance.repositories`` puts the store's rows behind it."""

    async def switches(self, tenant: str) -> tuple[SwitchSetting, ...]:
        """The installation's (tenant "*") and the tenant's own."""
        ...

    async def closed(self, tenant: str) -> frozenset[str]:
        """Who of "*" and the tenant is under maintenance."""
        ...

    async def overlay(self, tenant: str) -> Overlay | None:
        """What a tenant, or the installation ("*"), has applied; None: nothing. Defect when its signature does not hold."""
        ...


class CityManager(Role):
    """Registrar and governor: holds the roll and the bundle, and no reference to another service."""

    name = "city_manager"
    rules = ("registration", "maintenance", "bundle")
    offers = ("policy.check",)

    def __init__(self, bundles: Bundles, switches: Switches, clock: Clock, rows: ControlRows | None = None) -> None:
        self.bundles, self.switches, self._rows = bundles, switches, rows
        self._read: Refresh[str, None] = Refresh(clock, fresh=FRESH)
        self.roll: tuple[Enrolment, ...] = ()
        self.closed: frozenset[str] = frozenset()
        self._told_closed: dict[str, frozenset[str]] = {}
        self._unread: set[str] = set()

    def enrol(self, roll: tuple[Enrolment, ...], expected: tuple[str, ...]) -> None:
        """Take the roll; a service missing or doubled stops the start."""
        names = tuple(e.service for e in roll)
        if names != expected:
            raise Defect(f"The roll of the city is {', '.join(names) or 'empty'}; it must be {', '.join(expected)}.")
        self.roll = roll

    async def prepare(self, tenant: str) -> None:
        """Read what the city was told for a tenant again when that is older than ``FRESH``; unreadable, the last stays.

        Unavailable where nothing has ever been read: what is not known could be a rule that forbids.
        """
        home = tenant.removeprefix("rehearsal:")
        if (rows := self._rows) is not None:
            await self._read.of(home, lambda: self._hear(rows, home))

    async def _hear(self, rows: ControlRows, home: str) -> None:
        try:
            self.switches.replace_tenant(home, await rows.switches(home))
            self._told_closed[home] = await rows.closed(home)
            self._unread.discard(home)
        except Exception as error:  # defaults and floors hold without them
            self._unread.add(home)
            _log.warning("switches of %s stay as they were (%s)", home, type(error).__name__)
        for whose in (EVERYONE, home):
            await self._lay(rows, whose, home)

    def sure(self, tenant: str) -> bool:
        """Whether what is in force for a tenant is what it was told last, and not the last that could be read."""
        home = tenant.removeprefix("rehearsal:")
        return home not in self._unread and not {EVERYONE, home} & set(self.bundles.failures)

    async def _lay(self, rows: ControlRows, tenant: str, home: str) -> None:
        try:
            self.bundles.lay(tenant, await rows.overlay(tenant))
        except (Invalid, Defect) as error:
            self.bundles.distrust(tenant, error.detail)
            _log.error("the policy bundle of %s is not taken: the last good one stays", tenant)
        except Exception as error:
            self._unread.add(home)
            _log.warning("the policy bundle of %s stays as it was (%s)", tenant, type(error).__name__)
            if not self.bundles.known(tenant):
                raise Unavailable("The policy in force cannot be read, so nothing is allowed.") from error

    def forget(self, tenant: str) -> None:
        """Read what the city was told for a tenant again at the next call."""
        self._read.forget(lambda home: tenant in (EVERYONE, home))

    def close(self, tenant: str = "*") -> None:
        """Begin maintenance for a tenant, or for all."""
        self.closed |= {tenant}

    def open(self, tenant: str = "*") -> None:
        """End it."""
        self.closed -= {tenant}

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Stamp the bundle; refuse the unregistered; under maintenance, the step waits (Temporal tries again)."""
        call.record.bundle = self.bundles.of(call.tenant).bundle.digest
        settle(call.record, registration.judge(call.call, call.contract))
        settle(call.record, maintenance.judge("run", call.tenant, self._closed(call.tenant)), error=Unavailable)
        return await self.next.step(call)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """The same for a call from outside; an admission carries the bundle it was given under."""
        tenant = call.principal.tenant
        record.bundle = self.bundles.of(tenant).bundle.digest
        settle(record, maintenance.judge(call.action, tenant, self._closed(tenant)), error=Unavailable)
        admission = await self.next.door(call, record)
        return admission.model_copy(update={"bundle": record.bundle})

    def under_maintenance(self, tenant: str) -> bool:
        """Whether nothing new moves for a tenant."""
        return bool(self._closed(tenant) & {EVERYONE, tenant.removeprefix("rehearsal:")})

    def _closed(self, tenant: str) -> frozenset[str]:
        return self.closed | self._told_closed.get(tenant.removeprefix("rehearsal:"), frozenset())

    def status(self, tenant: str | None = None) -> dict[str, Json]:
        """The whole configuration as one document: ``symphainy status city`` prints it, ``GET /api/city`` answers it."""
        bundle = self.bundles.of(tenant).bundle if tenant else self.bundles.current.bundle
        keys = ("*", tenant) if tenant else ()

        def mine(table: dict[str, Any]) -> dict[str, Any]:
            return {k: v for k, v in table.items() if not keys or k in keys or k.startswith(f"{tenant}/")}

        return {
            "roll": [e.model_dump(mode="json") for e in self.roll],
            "bundle": {
                "version": bundle.version, "digest": bundle.digest, "applied_at": self.bundles.applied_at.isoformat(),
                "failure": self.bundles.failures.get(tenant or EVERYONE) or self.bundles.failure,
                "policies": sorted(bundle.policies), "own_policies": sorted(bundle.extra_policies.get(tenant or "", {})),
                "orchestration": mine(bundle.orchestration), "rates": mine(bundle.rates), "sessions": mine(bundle.sessions),
                "personal": mine(bundle.personal), "retention": mine(bundle.retention),
            },
            "switches": self.switches.document(tenant),
            "maintenance": sorted(self._closed(tenant) if tenant else self.closed),
        }  # fmt: skip
