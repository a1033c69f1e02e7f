"""The eight, put together from what they need: ``bindings/`` hands in repositories and settings, and gets a ``City``."""

from dataclasses import dataclass, field
from datetime import timedelta

from opentelemetry.metrics import MeterProvider, NoOpMeterProvider
from opentelemetry.trace import NoOpTracerProvider, TracerProvider

from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.public_works.abstractions.auth import Auth, IdentityProvider
from symphainy.governance.bundle import Bundle, load_bundle
from symphainy.governance.chain import CITY, City
from symphainy.governance.city_manager.bundles import Bundles
from symphainy.governance.city_manager.role import CityManager, ControlRows
from symphainy.governance.conductor.role import Conductor
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.data_steward.role import DataSteward
from symphainy.governance.data_steward.size import INLINE_ACTIVITY, INLINE_LOCAL
from symphainy.governance.librarian.role import Catalogue, Librarian
from symphainy.governance.nurse.meters import Meters
from symphainy.governance.nurse.role import Nurse
from symphainy.governance.role import Role
from symphainy.governance.security_guard.grant import Grants
from symphainy.governance.security_guard.passports import PassportKeys
from symphainy.governance.security_guard.people import People
from symphainy.governance.security_guard.rights import Directory, RightsSnapshot
from symphainy.governance.security_guard.role import SecurityGuard
from symphainy.governance.security_guard.sdk import SecurityGuardSdk, Sessions
from symphainy.governance.switches import Switches
from symphainy.governance.traffic_cop.counter import Counter
from symphainy.governance.traffic_cop.role import TrafficCop
from symphainy.governance.vault import KeyRows, Vault
from symphainy.runtime.store.tenants import Tenants
from symphainy.runtime.store.tokens import Tokens
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import Users

__all__ = ["Needs", "build_city", "build_sdk"]


@dataclass(frozen=True)
class Needs:
    """What the city stands on. ``master_key`` has 32 bytes; ``processes`` share the rate limits when Redis is away."""

    master_key: bytes
    key_rows: KeyRows
    directory: Directory
    grants: Grants
    catalogue: Catalogue
    redis_url: str | None = None
    processes: int = 1
    bundle: Bundle = field(default_factory=load_bundle)
    control: ControlRows | None = None
    switches: Switches = field(default_factory=Switches)
    environment: str = "development"
    inline_local: int = INLINE_LOCAL
    inline_activity: int = INLINE_ACTIVITY
    tracers: TracerProvider = field(default_factory=NoOpTracerProvider)
    metrics: MeterProvider = field(default_factory=NoOpMeterProvider)
    clock: Clock = field(default_factory=SystemClock)


def build_city(needs: Needs, chain: tuple[type[Role], ...] = CITY) -> City:
    """One city for this process; ``await city.start()`` before the first call. ``chain`` is the services, outermost first."""
    vault, clock, switches = Vault(needs.master_key), needs.clock, needs.switches
    keys, passports = KeyRing(needs.key_rows, vault, clock), PassportKeys(needs.key_rows, vault, clock)
    bundles, rights = Bundles(needs.bundle, clock), RightsSnapshot(needs.directory, clock)

    def bundle(tenant: str) -> Bundle:
        return bundles.of(tenant).bundle

    made: tuple[Role, ...] = (
        Nurse(needs.tracers, Meters(needs.metrics)),
        CityManager(bundles, switches, clock, needs.control),
        SecurityGuard(bundles.of, passports, rights, needs.grants, keys, switches, needs.environment),
        TrafficCop(bundle, Counter(needs.redis_url, needs.processes), clock, switches),
        Conductor(bundle, clock, switches),
        DataSteward(keys, switches, bundle, needs.inline_local, needs.inline_activity),
        Librarian(needs.catalogue),
    )
    given = {type(role): role for role in made}
    # The chain is the list of services; one that needs nothing is not named here.
    roles = tuple(given[role] if role in given else role() for role in chain)
    return City(roles, keys=keys, passports=passports, rights=rights, chain=chain)


def build_sdk(
    city: City, store: Store, auth: Auth, sessions: Sessions, clock: Clock, *, access_lifetime: timedelta = timedelta(minutes=15),
    refresh_lifetime: timedelta = timedelta(days=30), joining: tuple[str, ...] | None = ("member",),
    provider: IdentityProvider | None = None,
) -> SecurityGuardSdk:  # fmt: skip
    """Security Guard's SDK over the store; ``joining``: roles of whoever registers in a tenant that exists, None: nobody may."""
    users, tenants, tokens = Users(store), Tenants(store), Tokens(store)
    people = People(users, tenants, auth, clock, city.forget, joining)
    return SecurityGuardSdk(
        auth, people, users, tokens, sessions, city.rights, clock, access_lifetime, refresh_lifetime, provider
    )
