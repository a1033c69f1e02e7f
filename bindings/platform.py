"""What every process shares: connections, city, surface, sessions, catalog, and a client of Temporal."""

import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client, HeaderCodecBehavior, TLSConfig

from symphainy.bindings.works import auth, hot_state, identity_provider, objects, sql, streams
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.abstractions.hot_state import HotState
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.foundations.public_works.abstractions.sql import Sql
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.foundations.public_works.pools import ComputePool
from symphainy.foundations.settings import Settings, derive_key, ensure_master_key
from symphainy.governance.assembly import Needs, build_city, build_sdk
from symphainy.governance.chain import City
from symphainy.governance.city_desk import CityDesk
from symphainy.governance.data_steward.converter import data_converter
from symphainy.governance.erasure_desk import ErasureDesk
from symphainy.governance.interceptors import CityClientInterceptor
from symphainy.governance.nurse.telemetry import Telemetry
from symphainy.governance.repositories import StoredCatalogue, StoredControl, StoredDirectory, StoredGrants, StoredKeys
from symphainy.governance.security_guard.sdk import SecurityGuardSdk
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.realms.content.services.embed import default_embedder, embed_texts
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.client import ClientOptions, RuntimeClient
from symphainy.runtime.library import Library
from symphainy.runtime.prepared import PreparedArchive
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.store.documents import Documents
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.store.policies import Policies
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import Users
from symphainy.runtime.surface import StateSurface


@dataclass(frozen=True)
class Platform:
    """An open process: connections, city, surface, sessions, catalog."""

    settings: Settings
    process: str
    clock: Clock
    sql: Sql
    store: Store
    objects: Objects
    hot: HotState | None
    streams: Streams | None
    city: City
    surface: StateSurface
    library: Library
    pool: ComputePool
    sessions: Sessions
    catalogs: Catalogs
    signatures: Signatures
    telemetry: Telemetry

    @property
    def pings(self) -> Mapping[str, Any]:
        """What health rests on."""
        return {"sql": self.sql, "objects": self.objects, **({"redis": self.hot} if self.hot else {})}

    async def progress(self, call: StepCall, done: float, note: str) -> None:
        """A step's progress, to whoever watches: through streams only, since it is no fact."""
        if self.hot is not None:
            key = f"{call.tenant}/progress:{call.execution_id}"
            await self.hot.set(key, f"{done:.3f} {call.path}".encode(), ttl=timedelta(minutes=10))

    async def temporal(self) -> Client:
        """A Temporal client that seals what it sends and says who asks."""
        return await connect(self.settings, self.city, self.objects)

    def runtime(self, temporal: Client) -> RuntimeClient:
        """The runtime client over it."""
        options = ClientOptions(
            process=self.process, task_timeout=self.settings.workflow_task_timeout, max_payload=self.settings.payload_max,
            continue_after=self.settings.continue_as_new_events,
        )  # fmt: skip
        return RuntimeClient(
            temporal, self.store, self.surface, self.city, self.city.keys, self.sessions, self.catalogs, streams=self.streams,
            clock=self.clock, options=options,
        )  # fmt: skip

    def archive(self, temporal: Client) -> PreparedArchive:
        """Histories, at Temporal or exported."""
        return PreparedArchive(temporal, self.objects, self.city.keys, self.city.keys.prepare)

    def desk(self) -> CityDesk:
        """The City Manager's desk."""
        return CityDesk(self.city, self.store, self.signatures.sign, self.signatures.verify, self.clock)

    def erasure(self, runtime: RuntimeClient) -> ErasureDesk:
        """The desk for erasing data subjects."""
        return ErasureDesk(
            self.city.keys, self.surface, self.objects, runtime.cancel, self.signatures.sign, self.clock, self.process
        )  # fmt: skip

    def guard(self) -> SecurityGuardSdk:
        """Security Guard's SDK, for both front ends."""
        return build_sdk(
            self.city, self.store, auth(self.settings), self.sessions, self.clock,
            access_lifetime=self.settings.access_token_lifetime, refresh_lifetime=self.settings.refresh_token_lifetime,
            provider=identity_provider(self.settings),
        )  # fmt: skip


@asynccontextmanager
async def platform(settings: Settings, role: str, clock: Clock | None = None) -> AsyncIterator[Platform]:
    """Open what every process shares; everything is closed behind the block. ``clock``: another than the machine's."""
    master, clock = ensure_master_key(settings), clock or SystemClock()
    async with AsyncExitStack() as stack:
        database, store_objects = sql(settings), objects(settings)
        stack.push_async_callback(database.close)
        hot, feed = hot_state(settings), streams(settings)
        for part in (hot, feed):
            if part is not None:
                stack.push_async_callback(part.close)
        store = Store(database)
        telemetry = Telemetry(role, settings.otlp_endpoint)
        stack.callback(telemetry.close)
        signatures = Signatures(derive_key(master, "signatures"))
        city = build_city(_needs(settings, master, store, clock, telemetry, signatures.verify))
        await city.start()
        pool = ComputePool(
            settings.compute_workers, memory=settings.compute_memory_max, timeout=settings.compute_timeout
        )
        stack.push_async_callback(pool.close)
        library = Library(store, store_objects, _query_embedder(pool), clock)
        surface = StateSurface(store, city.keys, clock, library.load)
        yield Platform(
            settings=settings, process=f"{role}-{socket.gethostname()}-{os.getpid()}", clock=clock, sql=database, store=store,
            objects=store_objects, hot=hot, streams=feed, city=city, surface=surface, library=library, pool=pool,
            sessions=Sessions(store, hot, city.session_terms, clock),
            catalogs=Catalogs(store, clock, sign=signatures.sign, verify=signatures.verify), signatures=signatures,
            telemetry=telemetry,
        )  # fmt: skip


def _needs(
    settings: Settings, master: bytes, store: Store, clock: Clock, telemetry: Telemetry,
    verify: Callable[[bytes, str], bool],
) -> Needs:  # fmt: skip
    return Needs(
        master_key=master, key_rows=StoredKeys(Keys(store)), directory=StoredDirectory(Users(store)), grants=StoredGrants(Grants(store)),
        catalogue=StoredCatalogue(Documents(store), clock), control=StoredControl(Policies(store), verify),
        redis_url=None if settings.redis_url == "embedded" else settings.redis_url, environment=settings.environment,
        inline_local=settings.step_inline_max, inline_activity=settings.payload_max, clock=clock,
        tracers=telemetry.tracers, metrics=telemetry.metrics, processes=settings.workers + 2,
    )  # fmt: skip


def _query_embedder(pool: ComputePool) -> Any:
    async def embed(query: str) -> tuple[list[float], str]:
        name = default_embedder()
        (vector,) = await pool.run(embed_texts, [query], name)
        return vector, name

    return embed


async def connect(settings: Settings, city: City, store: Objects) -> Client:
    """A client of our namespace, with the sealing codec, encoded failures and the city's headers."""
    tls: bool | TLSConfig = settings.temporal_tls
    if settings.temporal_tls and settings.temporal_tls_cert and settings.temporal_tls_key:
        tls = TLSConfig(
            server_root_ca_cert=settings.temporal_tls_ca.read_bytes() if settings.temporal_tls_ca else None,
            client_cert=settings.temporal_tls_cert.read_bytes(), client_private_key=settings.temporal_tls_key.read_bytes(),
        )  # fmt: skip
    return await Client.connect(
        settings.temporal_address, namespace=settings.temporal_namespace, tls=tls,
        api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None,
        data_converter=data_converter(city.keys, store), interceptors=[CityClientInterceptor()],
        header_codec_behavior=HeaderCodecBehavior.CODEC,
    )  # fmt: skip
