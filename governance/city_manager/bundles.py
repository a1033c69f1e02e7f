"""Rule ``bundle`` (door, step): the policy in force is swapped whole or not at all, and its digest is in every record.

The bundle in force, compiled.
"""

from collections.abc import Callable

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import SymphainyError
from symphainy.governance.bundle import Bundle
from symphainy.governance.cedar import Compiled, compile_bundle

__all__ = ["Bundles"]


class Bundles:
    """Holds one compiled bundle, and the reason why the last attempt to change it failed.

    >>> from symphainy.foundations.language.clock import SystemClock
    >>> from symphainy.governance.bundle import load_bundle
    >>> Bundles(load_bundle(), SystemClock()).current.bundle.version
    'shipped'
    """

    def __init__(self, bundle: Bundle, clock: Clock) -> None:
        self._clock = clock
        self.current: Compiled = compile_bundle(bundle)
        self.previous: Compiled | None = None
        self.applied_at = clock.now()
        self.failure: str | None = None

    @property
    def digest(self) -> str:
        """What every record and header of this moment carries."""
        return self.current.bundle.digest

    def apply(self, bundle: Bundle) -> str:
        """Compile, then swap. A bundle that does not compile raises Invalid and leaves the one in force untouched."""
        return self._change(lambda: compile_bundle(bundle))

    def reload(self, read: Callable[[], Bundle]) -> str:
        """Read a bundle again and apply it."""
        return self._change(lambda: compile_bundle(read()))

    def roll_back(self) -> str:
        """The bundle before this one, if there was one."""
        return self._change(lambda: self.previous or self.current)

    def _change(self, make: Callable[[], Compiled]) -> str:
        try:
            compiled = make()
        except SymphainyError as error:
            self.failure = error.detail
            raise
        self.previous, self.current, self.applied_at, self.failure = self.current, compiled, self._clock.now(), None
        return self.digest
