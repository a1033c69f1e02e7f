"""The one list of concrete things: settings → adapters → city → client, workers, apps. Nothing else chooses a vendor.

Read from top to bottom: Public Works by URL, the realms, the core that every process shares, then what each role is made of.
"""

import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from temporalio.client import Client, HeaderCodecBehavior, TLSConfig

from symphainy.activities.core import Core
from symphainy.activities.definitions import Plans
from symphainy.activities.events import Fetch
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.abstractions.hot_state import HotState
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.foundations.public_works.abstractions.sql import Sql
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.foundations.public_works.adapters.file_secrets import FileSecrets
from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound
from symphainy.foundations.public_works.adapters.key_ring import KeyRing as TokenKeys
from symphainy.foundations.public_works.adapters.local_auth import LocalAuth
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.redis import RedisHotState, RedisStreams
from symphainy.foundations.public_works.adapters.s3_objects import S3Objects
from symphainy.foundations.public_works.pools import ComputePool
from symphainy.foundations.public_works.running import Running
from symphainy.foundations.settings import Settings, derive_key, ensure_master_key
from symphainy.governance.assembly import Needs, build_city, build_sdk
from symphainy.governance.bundle import load_bundle
from symphainy.governance.capabilities import Manager as SmartCity
from symphainy.governance.chain import City
from symphainy.governance.data_steward.codec import SealingCodec
from symphainy.governance.data_steward.converter import data_converter
from symphainy.governance.data_steward.endpoint import CodecEndpoint
from symphainy.governance.interceptors import CityClientInterceptor
from symphainy.governance.nurse.telemetry import Telemetry
from symphainy.governance.repositories import StoredCatalogue, StoredDirectory, StoredGrants, StoredKeys, StoredSwitches
from symphainy.governance.security_guard.sdk import SecurityGuardSdk
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.governance.solution_policies import PolicyCheck
from symphainy.governance.status import PlatformStatus
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.content.services.embed import default_embedder, embed_texts
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.journey.manager import Manager as Journey
from symphainy.realms.solution.manager import Manager as Solution
from symphainy.runtime.catalogs import Catalogs
from symphainy.runtime.client import ClientOptions, RuntimeClient
from symphainy.runtime.library import Library
from symphainy.runtime.prepared import PreparedArchive, PreparedReconciler
from symphainy.runtime.publisher import Publisher
from symphainy.runtime.reading import Reading
from symphainy.runtime.relay import Relay
from symphainy.runtime.schedules import Schedules
from symphainy.runtime.sealing import Sealing
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.settle import Settler
from symphainy.runtime.shelves import Shelves
from symphainy.runtime.store.documents import Documents
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.store.policies import Policies
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import Users
from symphainy.runtime.surface import StateSurface


class Manager(Protocol):
    """What a realm hands its capabilities over with."""

    name: str

    def register(self, registry: Registry) -> None:
        """Capabilities, sagas, routes."""
        ...


# -- Public Works: four URLs decide (BYOI) ----------------------------------------------------------------------------


def sql(settings: Settings) -> Sql:
    """PostgreSQL, embedded or not: to everyone but the supervisor it is a URL."""
    if settings.sql_url == "embedded":
        raise Invalid(
            "this process does not know where PostgreSQL is",
            remedy="start it with `symphainy up`, or set SYMPHAINY_SQL_URL",
        )
    return Postgres(
        settings.sql_url, ensure_master_key(settings), pool_size=settings.sql_pool_size, max_overflow=settings.sql_max_overflow
    )  # fmt: skip


async def embedded_postgres(settings: Settings) -> Running:
    """PostgreSQL out of a wheel: started by the supervisor, which tells its URL to every other process."""
    from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres

    return await EmbeddedPostgres.start(settings.data_dir, ensure_master_key(settings))


async def embedded_redis(settings: Settings) -> Running:
    """A Redis or Valkey server on PATH; failing that, the in-process one, labelled so."""
    from symphainy.foundations.public_works.adapters.redis_embedded import EmbeddedRedis
    from symphainy.foundations.public_works.adapters.redis_server import RedisServer

    if RedisServer.program() is None:
        return await EmbeddedRedis.start(settings.ports.redis)
    return await RedisServer.start(settings.data_dir, settings.ports.redis, ensure_master_key(settings))


def objects(settings: Settings) -> Objects:
    """A folder, or an S3 bucket."""
    url = settings.objects
    return S3Objects(url) if url.startswith("s3://") else LocalObjects(Path(urlsplit(url).path))


def hot_state(settings: Settings) -> HotState | None:
    """Redis or Valkey; None runs without a cache."""
    return None if settings.redis_url == "embedded" else RedisHotState(settings.redis_url)


def streams(settings: Settings) -> Streams | None:
    """Redis Streams; None lets watchers poll."""
    return None if settings.redis_url == "embedded" else RedisStreams(settings.redis_url)


def outbound(settings: Settings) -> OutboundHttp:
    """The guarded way out."""
    return HttpxOutbound(
        allow=settings.outbound_allow, timeout=settings.outbound_timeout, max_size=settings.outbound_max, map=settings.outbound_places
    )  # fmt: skip


def secrets(settings: Settings) -> Secrets:
    """Sealed files below the data folder."""
    return FileSecrets(settings.data_dir, ensure_master_key(settings))


def auth(settings: Settings) -> LocalAuth:
    """Passwords and tokens of our own."""
    keys = TokenKeys.derived(
        ensure_master_key(settings), current=settings.signing_key, oldest=settings.signing_key_oldest
    )
    return LocalAuth(keys, issuer=settings.token_issuer, audience=settings.token_audience)


# -- the realms -------------------------------------------------------------------------------------------------------


def managers(
    settings: Settings, pool: ExpressionPool | None = None, out: OutboundHttp | None = None, kept: Secrets | None = None,
    given: Shelves | None = None, inbox: Fetch | None = None, plans: Plans | None = None,
) -> list[Manager]:  # fmt: skip
    """Core, city, the four realms, then the builder's own (``SYMPHAINY_REALMS=package.module:Manager,…``)."""
    journey = Journey(given.sagas) if given else Journey()
    solution = Solution(register=given.solutions, memory=given.memory) if given else Solution()
    found: list[Manager] = [Core(pool, out, kept, inbox, plans), SmartCity(), Content(), Insights(), journey, solution]
    for name in settings.realms:
        module, _, attribute = name.partition(":")
        found.append(getattr(import_module(module), attribute or "Manager")())
    return found


def registry(
    settings: Settings, pool: ExpressionPool | None = None, out: OutboundHttp | None = None, kept: Secrets | None = None,
    given: Shelves | None = None, inbox: Fetch | None = None, plans: Plans | None = None,
) -> Registry:  # fmt: skip
    """Everything registered, and checked as a whole. ``given``: what a worker's realms read from; without it they cannot run."""
    made = Registry()
    for manager in managers(settings, pool, out, kept, given, inbox, plans):
        manager.register(made)
    made.check()
    return made


# -- what every process shares ----------------------------------------------------------------------------------------


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

    def guard(self) -> SecurityGuardSdk:
        """Security Guard's SDK, for both front ends."""
        return build_sdk(
            self.city, self.store, auth(self.settings), self.sessions, self.clock,
            access_lifetime=self.settings.access_token_lifetime, refresh_lifetime=self.settings.refresh_token_lifetime,
        )  # fmt: skip


@asynccontextmanager
async def platform(settings: Settings, role: str) -> AsyncIterator[Platform]:
    """Open what every process shares; everything is closed behind the block."""
    master, clock = ensure_master_key(settings), SystemClock()
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
        city = build_city(_needs(settings, master, store, clock, telemetry))
        await city.start()
        pool = ComputePool(
            settings.compute_workers, memory=settings.compute_memory_max, timeout=settings.compute_timeout
        )
        stack.push_async_callback(pool.close)
        library = Library(store, store_objects, _query_embedder(pool), clock)
        surface = StateSurface(store, city.keys, clock, library.load)
        signatures = Signatures(derive_key(master, "signatures"))
        yield Platform(
            settings=settings, process=f"{role}-{socket.gethostname()}-{os.getpid()}", clock=clock, sql=database, store=store,
            objects=store_objects, hot=hot, streams=feed, city=city, surface=surface, library=library, pool=pool,
            sessions=Sessions(store, hot, city.session_terms, clock),
            catalogs=Catalogs(store, clock, sign=signatures.sign, verify=signatures.verify), signatures=signatures,
            telemetry=telemetry,
        )  # fmt: skip


def _needs(settings: Settings, master: bytes, store: Store, clock: Clock, telemetry: Telemetry) -> Needs:
    return Needs(
        master_key=master, key_rows=StoredKeys(Keys(store)), directory=StoredDirectory(Users(store)), grants=StoredGrants(Grants(store)),
        catalogue=StoredCatalogue(Documents(store), clock), switch_rows=StoredSwitches(Policies(store)),
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


# -- what each role is made of ----------------------------------------------------------------------------------------


def relay(parts: Platform, temporal: Client) -> Relay:
    """Publisher, seals, exports, reconciler."""
    prepare, archive = parts.city.keys.prepare, parts.archive(temporal)
    settler = Settler(temporal, parts.store, parts.surface, archive)
    runtime = parts.runtime(temporal)
    return Relay(
        sql=parts.sql, store=parts.store, clock=parts.clock,
        publisher=Publisher(parts.store, parts.streams, parts.clock, parts.settings.stream_length) if parts.streams else None,
        sealing=Sealing(parts.store, parts.objects, parts.signatures.sign, parts.clock), archive=archive,
        reconciler=PreparedReconciler(temporal, parts.store, parts.surface, runtime.starter, settler, parts.clock, prepare),
        schedules=Schedules(temporal, runtime.solutions), seal_every=parts.settings.seal_interval,
        reconcile_every=parts.settings.reconcile_interval,
    )  # fmt: skip


def experience(parts: Platform, runtime: RuntimeClient) -> FastAPI:
    """The Experience plane."""
    from symphainy.experience_api.app import create_app
    from symphainy.experience_api.parts import ExperienceParts, Limits

    settings = parts.settings
    app = create_app(
        ExperienceParts(
            runtime=runtime, sessions=parts.sessions, guard=parts.guard(), objects=parts.objects, solutions=runtime.solutions,
            plans=runtime.definitions, doors=runtime.doors, catalog=parts.catalogs,
            documents=Reading(parts.store, parts.objects, runtime.doors, parts.clock), clock=parts.clock, settings=settings,
            limits=Limits(json=settings.request_body_max, upload=settings.upload_max), origins=settings.cors_origins,
            pings=parts.pings,
        )
    )  # fmt: skip
    FastAPIInstrumentor.instrument_app(app, tracer_provider=parts.telemetry.tracers, excluded_urls="ping,health,ready")
    return app


def solution(parts: Platform, runtime: RuntimeClient) -> FastAPI:
    """The Solution plane."""
    from symphainy.solution_api.app import create_app
    from symphainy.solution_api.console.mount import mount  # loads NiceGUI, which no other role needs
    from symphainy.solution_api.console.places import Places
    from symphainy.solution_api.parts import Links, SolutionParts

    settings, ports, guard = parts.settings, parts.settings.ports, parts.guard()
    host = settings.host
    app = create_app(
        SolutionParts(
            runtime=runtime, guard=guard, records=runtime.records, people=guard.people, doors=runtime.doors,
            definitions=runtime.definitions, solutions=runtime.solutions, catalog=parts.catalogs,
            codec=CodecEndpoint(parts.city.keys, SealingCodec(parts.city.keys, parts.objects)),
            status=PlatformStatus(parts.city, parts.catalogs, runtime.solutions), clock=parts.clock, settings=parts.settings,
            links=Links(f"http://{host}:{ports.experience_api}", f"http://{host}:{ports.temporal_ui}"),
            codec_origins=(f"http://{host}:{ports.temporal_ui}", f"http://localhost:{ports.temporal_ui}"),
            namespace=parts.settings.temporal_namespace, pings=parts.pings, checks=(PolicyCheck(load_bundle().vocabulary),),
        )
    )  # fmt: skip
    # The planes as this process reaches them; the console asks them over HTTP like anybody else.
    experience_url, solution_url = f"http://{host}:{ports.experience_api}", f"http://{host}:{ports.solution_api}"
    temporal_ui = f"http://{host}:{ports.temporal_ui}"
    mount(app, Places(experience_url, solution_url, temporal_ui, settings.temporal_namespace, settings.upload_max))
    FastAPIInstrumentor.instrument_app(app, tracer_provider=parts.telemetry.tracers, excluded_urls="ping,health,ready")
    return app
