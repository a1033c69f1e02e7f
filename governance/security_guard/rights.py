"""Rights as they are now: re-read for every step, from a snapshot that is never older than a few seconds.

A passport says who asked; it is not believed about what they may do. So a right that is taken away stops the next step.
"""

from datetime import timedelta
from typing import Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import PlatformError, Unavailable
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.refresh import Refresh

__all__ = ["Directory", "Rights", "RightsSnapshot"]

FRESH = timedelta(seconds=2)
"""Half of the five seconds within which a removed right must have stopped biting, and then some."""


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
        self._directory = directory
        self._held: Refresh[tuple[str, str, str], Rights | None] = Refresh(clock, fresh=fresh)

    async def of(self, tenant: str, principal: Principal) -> Rights | None:
        """Rights not older than ``fresh``; Unavailable when they cannot be read (fail closed: DECISIONS.md 34).

        A rehearsal uses the rights of the tenant that rehearses.
        """
        home = tenant.removeprefix("rehearsal:")
        return await self._held.of((home, principal.type, principal.id), lambda: self._read(home, principal))

    async def _read(self, home: str, principal: Principal) -> Rights | None:
        try:
            return await self._directory.rights(home, principal)
        except PlatformError:
            raise
        except Exception as error:
            raise Unavailable(
                "Rights cannot be read now, so nothing is allowed.", remedy="Try again when the database is back."
            ) from error

    def forget(self, tenant: str) -> None:
        """Drop what is held of a tenant: its rights have changed."""
        self._held.forget(lambda key: key[0] == tenant)
