"""Rights as they are now: re-read for every step, from a snapshot that is never older than a few seconds.

A passport says who asked; it is not believed about what they may do. So a right that is taken away stops the next step.
"""

from datetime import datetime, timedelta
from typing import Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import PlatformError, Unavailable
from symphainy.foundations.language.model import Json, Message

__all__ = ["Directory", "Rights", "RightsSnapshot"]

FRESH = timedelta(seconds=2)
"""Half of the five seconds within which a removed right must have stopped biting, and then some."""
HELD = 16_384


class Rights(Message):
    """What a principal may be: its roles and attributes. ``version`` counts every change."""

    roles: tuple[str, ...] = ()
    attributes: dict[str, Json] = {}
    disabled: bool = False
    version: int = 0


class Directory(Protocol):
    """Where principals are kept; ``symphainy.runtime.store`` implements it."""

    async def rights(self, tenant: str, principal: Principal) -> Rights | None:
        """The rights in force; None when there is no such principal (any more)."""
        ...


class RightsSnapshot:
    """A cache that forgets: ``of`` reads through, ``forget`` is called when a change is announced."""

    def __init__(self, directory: Directory, clock: Clock, fresh: timedelta = FRESH) -> None:
        self._directory, self._clock, self._fresh = directory, clock, fresh
        self._held: dict[tuple[str, str, str], tuple[datetime, Rights | None]] = {}

    async def of(self, tenant: str, principal: Principal) -> Rights | None:
        """Rights not older than ``fresh``; Unavailable when they cannot be read (fail closed: DECISIONS.md 34).

        A rehearsal uses the rights of the tenant that rehearses.
        """
        home = tenant.removeprefix("rehearsal:")
        key, now = (home, principal.type, principal.id), self._clock.now()
        held = self._held.get(key)
        if held is not None and now - held[0] < self._fresh:
            return held[1]
        try:
            rights = await self._directory.rights(home, principal)
        except PlatformError:
            raise
        except Exception as error:
            raise Unavailable(
                "Rights cannot be read now, so nothing is allowed.", remedy="Try again when the database is back."
            ) from error
        if len(self._held) >= HELD:
            self._held.pop(next(iter(self._held)))
        self._held[key] = (now, rights)
        return rights

    def forget(self, tenant: str) -> None:
        """Drop what is held of a tenant: its rights have changed."""
        self._held = {key: value for key, value in self._held.items() if key[0] != tenant}
