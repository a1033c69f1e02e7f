"""The chain: eight services in one literal order, the first around all others. Adding a ninth is one word here.

On the way in each judges, on the way out each adds to the step's record; the step boundary, outside, commits it once.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.foundations.language.wire import StepCall
from symphainy.governance.bundle import SessionTerms
from symphainy.governance.city_manager.role import CityManager
from symphainy.governance.conductor.role import Conductor
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.data_steward.role import DataSteward
from symphainy.governance.librarian.role import Librarian
from symphainy.governance.nurse.role import Nurse
from symphainy.governance.post_office.role import PostOffice
from symphainy.governance.role import GovernedCall, Inside, Role
from symphainy.governance.security_guard.passports import PassportKeys, UnknownKey
from symphainy.governance.security_guard.rights import RightsSnapshot
from symphainy.governance.security_guard.role import SecurityGuard
from symphainy.governance.traffic_cop.role import TrafficCop

__all__ = ["CITY", "City"]

CITY: tuple[type[Role], ...] = (
    Nurse,
    CityManager,
    SecurityGuard,
    TrafficCop,
    Conductor,
    DataSteward,
    Librarian,
    PostOffice,
)


class City:
    """The one implementation of ``language.door.Gate``, and what the step boundary calls."""

    def __init__(
        self, roles: Sequence[Role], *, keys: KeyRing, passports: PassportKeys, rights: RightsSnapshot,
        chain: tuple[type[Role], ...] = CITY,
    ) -> None:  # fmt: skip
        if tuple(type(role) for role in roles) != chain:
            raise Defect(f"The city is {', '.join(c.__name__ for c in chain)}, in this order; {len(roles)} roles came.")
        self.roles, self.keys, self._passports, self.rights = tuple(roles), keys, passports, rights
        for role, following in zip(roles, (*roles[1:], Inside()), strict=True):
            role.next = following
        self._preparing = [role for role in roles if type(role).prepare is not Role.prepare]
        self.manager = next(role for role in roles if isinstance(role, CityManager))
        self._cop = next(role for role in roles if isinstance(role, TrafficCop))
        self.manager.enrol(tuple(role.enrolment() for role in roles), tuple(c.name for c in chain))

    async def start(self) -> None:
        """Load the passport keys; Unavailable stops the start."""
        await self._passports.load()

    async def close(self) -> None:
        """Let go of connections."""
        await self._cop.counter.close()

    async def prepare(self, tenant: str) -> None:
        """Load what the services must hold of a tenant; done by ``door`` and ``step``, and by whoever seals without them."""
        for role in self._preparing:
            await role.prepare(tenant)

    async def step(
        self,
        call: StepCall,
        contract: Contract | None,
        passport: Passport,
        record: Record,
        run: Callable[[], Awaitable[Outcome[Any]]],
    ) -> Outcome[Any]:
        """Govern one step. A refusal leaves its ruling in ``record`` and raises; nothing is written here."""
        await self.prepare(call.tenant)
        return await self.roles[0].step(GovernedCall(call, contract, passport, record, run))

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Govern one call from outside; the same."""
        await self.prepare(call.principal.tenant)
        return await self.roles[0].door(call, record)

    def sign(self, passport: Passport) -> Passport:
        """The passport with its key id and token."""
        return self._passports.sign(passport)

    def verify(self, token: str) -> Passport:
        """The passport of a token; Unauthenticated."""
        return self._passports.verify(token)

    async def inspect(self, token: str) -> Passport:
        """Verify, looking once for a key that another process may have added meanwhile."""
        try:
            return self._passports.verify(token)
        except UnknownKey:
            await self._passports.refresh()
            return self._passports.verify(token)

    def session_terms(self, tenant: str) -> SessionTerms:
        """Traffic Cop's terms, which the runtime's sessions are opened under."""
        return self.manager.bundles.of(tenant).bundle.sessions_of(tenant)

    def forget(self, tenant: str) -> None:
        """Drop the rights held of a tenant: a change was announced (``symphainy_tenant``)."""
        self.rights.forget(tenant)

    def status(self, tenant: str | None = None) -> dict[str, Json]:
        """The whole configuration as one document; with ``tenant``, as it is for that one, and nothing of the others."""
        degraded = ["rates are counted per process"] if self._cop.counter.degraded else []
        return {**self.manager.status(tenant), "degraded": degraded}
