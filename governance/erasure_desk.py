"""The desk for erasure: a data subject's key is destroyed, and with it everything that was ever sealed for that person.

Runs stay: they list, open and verify, without their values. What does not lie under the key (documents and their index, artifacts,
titles of tasks, events that came in) is removed with it. A certificate says what was done; it is signed, and its digest stands in
the chain of decisions. Again is safe: an erasure that broke off is finished by the next one.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Decision
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.runtime.chains import door_stream
from symphainy.runtime.ids import mint
from symphainy.runtime.store.erasing import Erasing, ErasureRow, RunOf
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.surface import StateSurface

__all__ = ["Certificate", "ErasureDesk"]

PATIENCE = timedelta(seconds=20)
"""How long open runs may take to unwind before the erasure is refused for now."""
_LOOK = 0.25

Cancel = Callable[[SessionContext, str], Awaitable[bool]]


@dataclass(frozen=True)
class Certificate:
    """What was erased. ``signature`` (Ed25519, base64) is over ``body``, a JSON text; ``subject`` is a keyed digest, no name."""

    erasure_id: str
    subject: str
    body: str
    signature: str
    erased_by: str
    erased_at: datetime

    @property
    def told(self) -> dict[str, Json]:
        """The body, read."""
        found: dict[str, Json] = json.loads(self.body)
        return found

    @property
    def digest(self) -> str:
        """What the chain of decisions holds of it."""
        return "sha256:" + hashlib.sha256(self.body.encode()).hexdigest()


class ErasureDesk:
    """For one process, which its decisions name. ``cancel`` asks a run to stop."""

    def __init__(
        self, keys: KeyRing, surface: StateSurface, objects: Objects, cancel: Cancel, sign: Callable[[bytes], str], clock: Clock,
        process: str,
    ) -> None:  # fmt: skip
        self._keys, self._surface, self._objects, self._cancel = keys, surface, objects, cancel
        self._rows, self._key_rows = Erasing(surface.store), Keys(surface.store)
        self._sign, self._clock, self._process = sign, clock, process

    async def erase(self, who: SessionContext, subject: str) -> Certificate:
        """Erase one person. NotFound: nothing was ever kept under this name; Conflict: a run of theirs is still open."""
        tenant, name = who.tenant, await self._named(who.tenant, subject)
        rows = await self._key_rows.of_subject(tenant, name)
        living = [row.key_id for row in rows if row.destroyed_at is None]
        rehearsed = await self._rehearsals(tenant, subject)
        if not rows and not rehearsed:
            raise NotFound(
                "nothing is kept under this subject", code="no_subject",
                remedy="give the value of the field that the schema marks with x-subject, exactly as it was submitted",
            )  # fmt: skip
        if not living and not rehearsed and (before := await self._rows.certificates(tenant, name, limit=1)):
            return await self._cleared(tenant, _certificate(before[0]))
        now = self._clock.now()
        for key_id in living:  # from here on a new run of this person gets a new key, and is not touched
            await self._key_rows.retire(tenant, key_id, now)
        runs = await self._closed(who, [row.key_id for row in rows])
        return await self._destroy(who, name, living or [row.key_id for row in rows], runs, rehearsed)

    async def certificates(self, tenant: str) -> list[Certificate]:
        """What was erased, newest first."""
        return [_certificate(row) for row in await self._rows.certificates(tenant)]

    async def _rehearsals(self, tenant: str, subject: str) -> int:
        """Rehearsals of the tenant are another tenant's, with keys of their own: how many runs of it were about this person."""
        other = f"rehearsal:{tenant}"
        if not await self._key_rows.all(other, "digest"):
            return 0
        rows = await self._key_rows.of_subject(other, await self._named(other, subject))
        keys = [row.key_id for row in rows if row.destroyed_at is None]
        runs = [run.execution_id for run in await self._rows.runs(other, keys)]
        async with self._rows.store.tenant(other) as tx:
            for key_id in keys:
                await self._key_rows.destroy(other, key_id, self._clock.now(), tx=tx)
            await self._rows.remove(other, runs, tx=tx)
        self._keys.forget(other, keys)
        return len(runs)

    async def _named(self, tenant: str, subject: str) -> str:
        if not subject.strip():
            raise Invalid("say whom to erase", code="subject", remedy="the value of a field marked with x-subject")
        await self._keys.prepare(tenant)
        return self._keys.subject(tenant, subject)

    async def _closed(self, who: SessionContext, keys: list[str]) -> list[RunOf]:
        """All runs of a person, once none is open: those that are, are asked to stop and to take back what they did."""
        runs = await self._rows.runs(who.tenant, keys)
        for run in runs:
            if not run.closed and "/" not in run.execution_id:
                await self._cancel(who, run.execution_id)
        runs = await self._rows.runs(who.tenant, keys)
        until = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        while open_ := [run.execution_id for run in runs if not run.closed]:
            if asyncio.get_running_loop().time() > until:
                raise Conflict(
                    f"{len(open_)} runs of this person are still open, {open_[0]} among them", code="runs_open",
                    remedy="they were asked to stop: see what they wait for (`symphainy work`), then erase again",
                )  # fmt: skip
            await asyncio.sleep(_LOOK)
            runs = await self._rows.runs(who.tenant, keys)
        return runs

    async def _destroy(
        self, who: SessionContext, name: str, keys: list[str], runs: list[RunOf], rehearsed: int
    ) -> Certificate:
        tenant, now, by = who.tenant, self._clock.now(), who.principal.id
        names = [run.execution_id for run in runs]
        async with self._rows.store.tenant(tenant) as tx:
            for key_id in keys:
                await self._key_rows.destroy(tenant, key_id, now, tx=tx)
            gone = await self._rows.remove(tenant, names, tx=tx)
            body = {
                "erasure": (erasure_id := mint("erasure")), "tenant": tenant, "subject": name, "keys": keys, "runs": names,
                "documents": list(gone.documents), "artifacts": list(gone.artifacts), "tasks": gone.tasks, "events": gone.events,
                "rehearsals": rehearsed, "erased_by": by, "erased_at": now.isoformat(),
            }  # fmt: skip
            text = json.dumps(body, sort_keys=True, separators=(",", ":"))
            row = ErasureRow(
                tenant=tenant, erasure_id=erasure_id, subject=name, body=text, signature=self._sign(text.encode()), erased_by=by,
                erased_at=now,
            )  # fmt: skip
            made = _certificate(row)
            decision = Decision(
                stream=door_stream(tenant, self._process, now), tenant=tenant, actor=by, action="erase", resource=f"Erasure:{erasure_id}",
                purpose="erasure", reason=f"{len(keys)} keys destroyed, {len(names)} runs", input_digest=made.digest, at=now,
            )  # fmt: skip
            await self._rows.certify(row, tx=tx)
            await self._surface.door(decision, tx=tx)
        self._keys.forget(tenant, keys)
        return await self._cleared(tenant, made)

    async def _cleared(self, tenant: str, made: Certificate) -> Certificate:
        """Behind the transaction, and again when somebody asks again: the objects that only this person's runs had made."""
        artifacts = made.told["artifacts"]
        for sha256 in artifacts if isinstance(artifacts, list) else ():
            await self._objects.delete(f"{tenant}/artifacts/{sha256}")
        return made


def _certificate(row: ErasureRow) -> Certificate:
    return Certificate(
        row.erasure_id, row.subject, row.body, row.signature, erased_by=row.erased_by, erased_at=row.erased_at
    )
