"""Data subjects' keys: one per person, below the tenant's key; which run is sealed with whose; and when they are gone.

A row names its subject by a keyed digest, so that the table tells nobody's name. The key in it is sealed with the tenant's data
key: whoever destroys that destroys all of them. A process holds a key for two seconds and then looks again: so long at most does
what was erased stay readable there.

Rule ``erasure`` (wire): what a run about one person leaves behind is sealed with that person's key; when it is destroyed, nothing
of it opens any more, in no store and no backup.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Refused, Unavailable
from symphainy.governance.vault import KeyRows, WrappedKey

__all__ = ["PURPOSE", "SubjectKeys", "is_subject", "new_id", "root_of"]

PURPOSE = "subject"
_PREFIX = "p-"
HOLD = timedelta(seconds=2)
HELD = 8_192
"""Keys remembered; one is under 200 bytes."""
RUNS = 65_536
"""Runs of which it is remembered whose they are; a run that is forgotten costs one read."""


def is_subject(key_id: str) -> bool:
    """Whether a key is a person's, by its name.

    >>> is_subject(new_id()), is_subject("d-0011223344556677")
    (True, False)
    """
    return key_id.startswith(_PREFIX)


def new_id() -> str:
    """A name for a new key."""
    return _PREFIX + token_hex(8)


def root_of(execution: str) -> str:
    """The run that a run below it belongs to, and whose key it shares.

    >>> root_of("exe_1/do/0/child")
    'exe_1'
    """
    return execution.partition("/")[0]


@dataclass(frozen=True)
class _Held:
    material: bytes | None
    destroyed: bool
    at: datetime


class SubjectKeys:
    """What one process holds. ``unwrap`` opens a row's key with the tenant's."""

    def __init__(self, rows: KeyRows, clock: Clock, unwrap: Callable[[WrappedKey], bytes]) -> None:
        self._rows, self._clock, self._unwrap = rows, clock, unwrap
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()
        self._runs: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def hold(self, tenant: str, key_id: str) -> None:
        """Have a key, if it is there; ``key`` tells why not."""
        held = self._held.get((tenant, key_id))
        if held is None or self._clock.now() - held.at >= HOLD:
            self.keep(tenant, key_id, await self._rows.key(tenant, key_id))

    def keep(self, tenant: str, key_id: str, row: WrappedKey | None) -> None:
        """Hold what a row says, from now on."""
        there = row is not None and row.purpose == PURPOSE
        material = self._unwrap(row) if row is not None and there and row.wrapped is not None else None
        self._held[tenant, key_id] = _Held(material, there and material is None, self._clock.now())
        self._held.move_to_end((tenant, key_id))
        while len(self._held) > HELD:
            self._held.popitem(last=False)

    def lose(self, tenant: str, key_id: str) -> None:
        """It is destroyed."""
        self._held[tenant, key_id] = _Held(None, True, self._clock.now())

    def key(self, tenant: str, key_id: str) -> bytes:
        """The key; Refused when it is destroyed or another tenant's, Unavailable when nobody asked to hold it."""
        held = self._held.get((tenant, key_id))
        if held is None:
            raise Unavailable(f"The key {key_id} of {tenant} is not held.", remedy="Hold it before it is used.")
        if held.material is not None:
            return held.material
        if held.destroyed:
            raise Refused(
                f"The key {key_id} of {tenant} is destroyed: what it sealed was erased.", code="key_destroyed",
                remedy="Nothing brings it back. The run, its decisions and its digests still stand.",
            )  # fmt: skip
        raise Refused(f"The key {key_id} is not one of {tenant}'s.", remedy="What it sealed cannot be read here.")

    def bind(self, tenant: str, run: str, key_id: str) -> None:
        """This run is sealed with this person's key (empty: with the tenant's). A person's stands against the tenant's."""
        if key_id or (tenant, run) not in self._runs:
            self._runs[tenant, run] = key_id
            while len(self._runs) > RUNS:
                self._runs.popitem(last=False)

    async def of_run(self, tenant: str, run: str) -> str:
        """Which key a run is sealed with; empty for the tenant's. Its intent's row tells, where this process does not know."""
        found = self._runs.get((tenant, run))
        if found is None:
            named = await self._rows.key_of(tenant, run)
            found = named if is_subject(named) else ""
            self.bind(tenant, run, found)
        return found
