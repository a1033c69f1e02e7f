"""The city's desk: what an administrator tells the City Manager at run time, kept as rows and in force everywhere within 5 s.

Bundles (checked, signed, applied whole, rolled back, tried against the record first), switches, maintenance, one document of all.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound
from symphainy.foundations.language.model import Json
from symphainy.governance.cedar import Compiled
from symphainy.governance.chain import City
from symphainy.governance.overlay import EVERYONE, Overlay, laid_over
from symphainy.governance.oversight import CityOversight
from symphainy.governance.repositories import StoredControl, signed_part
from symphainy.governance.simulation import Recorded, Simulation, replayed
from symphainy.governance.switches import SwitchSetting
from symphainy.runtime.store.policies import BundleChangeRow, BundleRow, MaintenanceRow, Policies
from symphainy.runtime.store.replaying import RecentDecisions
from symphainy.runtime.store.retaining import Retaining
from symphainy.runtime.store.unit import Store

__all__ = ["BundleChange", "CityDesk"]

LATEST = 10_000
"""Decisions that a simulation replays at most: about 30 µs each, so a third of a second."""


@dataclass(frozen=True)
class BundleChange:
    """One entry of the history: which bundle came into force, when, by whom. An empty digest: the shipped policy alone."""

    seq: int
    digest: str
    kind: str
    changed_by: str
    changed_at: datetime


class CityDesk:
    """For one process. The tenant ``"*"`` is the installation: its doors are the operator's, on the machine."""

    def __init__(
        self, city: City, store: Store, sign: Callable[[bytes], str], verify: Callable[[bytes, str], bool], clock: Clock
    ) -> None:
        self._city, self._rows, self._recent, self._clock, self._sign = (
            city,
            Policies(store),
            RecentDecisions(store),
            clock,
            sign,
        )
        self._control, self._retaining = StoredControl(self._rows, verify), Retaining(store)

    async def document(self, tenant: str) -> dict[str, Json]:
        """Everything that governs a tenant, as one document."""
        await self._city.prepare(tenant)
        told = self._city.status(None if tenant == EVERYONE else tenant)
        return told if tenant == EVERYONE else {**told, "retention": await self.retention(tenant)}

    async def retention(self, tenant: str) -> dict[str, Json]:
        """How long a tenant's payloads are kept, and how many runs are past it: what enforcing would forget."""
        rule = await CityOversight(self._city).keeping(tenant)
        before = self._clock.now() - timedelta(days=rule.days)
        past = sum((await self._retaining.counts(tenant, before)).values()) if rule.days else 0
        return {"mode": rule.mode, "days": rule.days or None, "past": past}

    async def check(self, tenant: str, overlay: Overlay) -> Compiled:
        """Compile without effect; Invalid says what does not fit."""
        if tenant != EVERYONE:
            await self._city.prepare(tenant)
        manager = self._city.manager
        base = manager.bundles.shipped if tenant == EVERYONE else manager.bundles.current.bundle
        return await asyncio.to_thread(laid_over, base, tenant, overlay)

    async def apply(self, tenant: str, overlay: Overlay, by: str, expects: str | None = None) -> str:
        """Check, keep, sign and bring into force; its digest. Conflict when another bundle than ``expects`` is in force."""
        await self.check(tenant, overlay)
        seq = await self._next(tenant, expects)
        row = BundleRow(
            tenant=tenant, digest=overlay.digest, body=overlay.body, created_by=by, created_at=self._clock.now()
        )
        async with self._rows.store.tenant(tenant) as tx:
            await self._rows.add_bundle(row, tx=tx)
            if not await self._rows.change_bundle(self._change(tenant, seq, overlay.digest, "apply", by), tx=tx):
                raise _raced()
        self._city.manager.forget(tenant)
        return overlay.digest

    async def roll_back(self, tenant: str, by: str, to: str | None = None) -> str:
        """Bring the bundle before this one into force again, or the one named; its digest (empty: the shipped policy alone)."""
        past = await self.history(tenant)
        if not past:
            raise Conflict("No bundle was ever applied here: there is nothing to roll back.")
        digest = (past[1].digest if len(past) > 1 else "") if to is None else to
        if digest:
            kept = await self._rows.bundle(tenant, digest)
            if kept is None:
                raise NotFound(f"No bundle {digest[:40]} was ever applied here.", remedy="See the history.")
            await self.check(tenant, Overlay.model_validate_json(kept.body))
        if not await self._rows.change_bundle(self._change(tenant, past[0].seq + 1, digest, "roll_back", by)):
            raise _raced()
        self._city.manager.forget(tenant)
        return digest

    async def history(self, tenant: str, limit: int = 50) -> list[BundleChange]:
        """What was in force, newest first; the first one is."""
        names = BundleChange.__dataclass_fields__
        rows = await self._rows.bundle_changes(tenant, limit=limit)
        return [BundleChange(**{name: getattr(row, name) for name in names}) for row in rows]

    async def overlay(self, tenant: str) -> Overlay:
        """The bundle that a tenant has in force, to look at or to change; an empty one when it has none."""
        return await self._control.overlay(tenant) or Overlay()

    async def simulate(
        self, tenant: str, overlay: Overlay, since: timedelta = timedelta(days=7), limit: int = LATEST
    ) -> Simulation:
        """What the newest decisions would be under a bundle; nothing comes into force."""
        proposed = await self.check(tenant, overlay)
        rows = await self._recent.newest(tenant, self._clock.now() - since, limit=min(limit, LATEST))
        recorded = [Recorded(stream=r.stream, seq=r.seq, at=r.at, body=r.body) for r in rows]
        return await asyncio.to_thread(replayed, tenant, recorded, proposed)

    def read(self, told: dict[str, Json]) -> Overlay:
        """A bundle from its JSON; Invalid says what does not fit."""
        try:
            return Overlay.model_validate(told)
        except ValidationError as error:
            first = error.errors()[0]
            raise Invalid(f"The bundle's {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None

    async def switch(self, switch: str, mode: str, tenant: str, solution: str = "*", *, by: str) -> None:
        """Set a switch for good; Refused below its floor, Invalid for an unknown one."""
        if mode not in ("off", "observe", "enforce"):
            raise Invalid(f"A switch is off, observe or enforce, not {mode!r}.", field="mode")
        told = {"switch": switch, "mode": mode, "tenant": tenant, "solution": solution}
        await self._control.keep(SwitchSetting.model_validate(told), by, self._clock.now())
        self._city.manager.forget(tenant)

    async def maintain(self, tenant: str, closed: bool, by: str, reason: str = "") -> None:
        """Begin or end maintenance."""
        if closed and not reason.strip():
            raise Invalid("Say why: whoever is refused reads it in the status.", field="reason")
        now = self._clock.now()
        await self._rows.maintain(
            MaintenanceRow(tenant=tenant, closed=closed, reason=reason[:500], changed_by=by, changed_at=now)
        )
        self._city.manager.forget(tenant)

    async def _next(self, tenant: str, expects: str | None) -> int:
        past = await self.history(tenant, 1)
        in_force = past[0].digest if past else ""
        if expects is not None and expects != in_force:
            raise Conflict(
                f"Another bundle is in force than was expected: {in_force[:19] or 'the shipped one'}.", code="bundle_changed",
                remedy="Read it, try your change against it, apply again.",
            )  # fmt: skip
        return past[0].seq + 1 if past else 1

    def _change(self, tenant: str, seq: int, digest: str, kind: str, by: str) -> BundleChangeRow:
        signature = self._sign(signed_part(tenant, seq, digest))
        return BundleChangeRow(
            tenant=tenant, seq=seq, digest=digest, kind=kind, signature=signature, changed_by=by, changed_at=self._clock.now()
        )  # fmt: skip


def _raced() -> Conflict:
    return Conflict(
        "Somebody else has changed the bundle at this moment.", code="bundle_changed", remedy="Look, and apply again."
    )
