"""Rule ``bundle`` (door, step): the policy in force is swapped whole or not at all, and its digest is in every record.

The bundles in force, compiled: the base of the installation, and over it what each tenant has applied. One that cannot be
trusted or does not compile is never in force: the last good one stays, and where there is none, nothing is allowed.
"""

from collections.abc import Callable

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import SymphainyError, Unavailable
from symphainy.governance.bundle import Bundle
from symphainy.governance.cedar import Compiled, compile_bundle
from symphainy.governance.overlay import EVERYONE, Overlay, laid_over, laid_under

__all__ = ["Bundles"]


class Bundles:
    """Holds what is compiled, and the reason why the last attempt to change it failed.

    >>> from symphainy.foundations.language.clock import SystemClock
    >>> from symphainy.governance.bundle import load_bundle
    >>> Bundles(load_bundle(), SystemClock()).current.bundle.version
    'shipped'
    """

    def __init__(self, bundle: Bundle, clock: Clock) -> None:
        self._clock = clock
        self.shipped = bundle
        self.current: Compiled = compile_bundle(bundle)
        self.previous: Compiled | None = None
        self.applied_at = clock.now()
        self.failure: str | None = None
        self._own: dict[str, tuple[Overlay | None, Compiled | None]] = {}
        self.failures: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """What records of tenants without a bundle of their own carry."""
        return self.current.bundle.digest

    def of(self, tenant: str) -> Compiled:
        """The policy in force for a tenant; Unavailable while what it has applied cannot be trusted and nothing good is known."""
        home = tenant.removeprefix("rehearsal:")
        if EVERYONE in self.failures and EVERYONE not in self._own:
            raise Unavailable("The installation's policy bundle cannot be trusted.", remedy=self.failures[EVERYONE])
        if (own := self._own.get(home)) is not None:
            return own[1] or self.current
        if home in self.failures:
            raise Unavailable(
                "This tenant's policy bundle cannot be trusted, so nothing is allowed.", remedy=self.failures[home]
            )
        return self.current

    def lay(self, tenant: str, overlay: Overlay | None) -> None:
        """Put a tenant's overlay in force (None: the base alone); Invalid, and the last good one stays."""
        held = self._own.get(tenant)
        if held is not None and held[0] == overlay and tenant not in self.failures:
            return
        try:
            if tenant == EVERYONE:
                self._base(overlay)
            else:
                self._own[tenant] = (overlay, laid_under(self.current.bundle, tenant, overlay) if overlay else None)
        except SymphainyError as error:
            self.failures[tenant] = error.detail
            raise
        self.failures.pop(tenant, None)

    def distrust(self, tenant: str, why: str) -> None:
        """What a tenant has applied is not what it was when it was signed, or cannot be read."""
        self.failures[tenant] = why

    def known(self, tenant: str) -> bool:
        """Whether something good has been read for a tenant."""
        return tenant in self._own

    def apply(self, bundle: Bundle) -> str:
        """Compile a base, then swap. One that does not compile raises Invalid and leaves the one in force untouched."""
        return self._change(lambda: compile_bundle(bundle))

    def reload(self, read: Callable[[], Bundle]) -> str:
        """Read a base again and apply it."""
        return self._change(lambda: compile_bundle(read()))

    def roll_back(self) -> str:
        """The base before this one, if there was one."""
        return self._change(lambda: self.previous or self.current)

    def _base(self, overlay: Overlay | None) -> None:
        if EVERYONE in self._own or overlay is not None:
            self._change(
                lambda: laid_over(self.shipped, EVERYONE, overlay) if overlay else compile_bundle(self.shipped)
            )
        self._own[EVERYONE] = (overlay, None)

    def _change(self, make: Callable[[], Compiled]) -> str:
        try:
            compiled = make()
            own = {
                tenant: (overlay, laid_under(compiled.bundle, tenant, overlay) if overlay else None)
                for tenant, (overlay, _) in self._own.items()
                if tenant != EVERYONE
            }
        except SymphainyError as error:
            self.failure = error.detail
            raise
        self.previous, self.current, self.applied_at, self.failure = self.current, compiled, self._clock.now(), None
        self._own |= own
        return self.digest
