"""Public Works by URL: four URLs decide which adapters serve (BYOI). Nothing else chooses a vendor.

An adapter is loaded when it is chosen: a process that only starts a server, or asks for one part, does not pay for the others.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.public_works.abstractions.auth import IdentityProvider
from symphainy.foundations.public_works.abstractions.hot_state import HotState
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.outside import Admitted, Outside
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.foundations.public_works.abstractions.sql import Sql
from symphainy.foundations.public_works.abstractions.streams import Streams
from symphainy.foundations.public_works.running import Running
from symphainy.foundations.settings import Settings, ensure_master_key

if TYPE_CHECKING:
    from symphainy.foundations.public_works.adapters.local_auth import LocalAuth


def sql(settings: Settings) -> Sql:
    """PostgreSQL, embedded or not: to everyone but the supervisor it is a URL."""
    if settings.sql_url == "embedded":
        raise Invalid(
            "this process does not know where PostgreSQL is",
            remedy="start it with `symphainy up`, or set SYMPHAINY_SQL_URL",
        )
    from symphainy.foundations.public_works.adapters.postgres import Postgres

    return Postgres(
        settings.sql_url, ensure_master_key(settings), pool_size=settings.sql_pool_size, max_overflow=settings.sql_max_overflow
    )  # fmt: skip


async def embedded_postgres(settings: Settings) -> Running:
    """PostgreSQL out of a wheel: started by the supervisor, which tells its URL to every other process."""
    from symphainy.bindings import cluster

    return await cluster.started(settings.data_dir, ensure_master_key(settings))


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
    if url.startswith("s3://"):
        from symphainy.foundations.public_works.adapters.s3_objects import S3Objects

        return S3Objects(url)
    from symphainy.foundations.public_works.adapters.local_objects import LocalObjects

    return LocalObjects(Path(urlsplit(url).path))


def hot_state(settings: Settings) -> HotState | None:
    """Redis or Valkey; None runs without a cache."""
    if settings.redis_url == "embedded":
        return None
    from symphainy.foundations.public_works.adapters.redis import RedisHotState

    return RedisHotState(settings.redis_url)


def streams(settings: Settings) -> Streams | None:
    """Redis Streams; None lets watchers poll."""
    if settings.redis_url == "embedded":
        return None
    from symphainy.foundations.public_works.adapters.redis import RedisStreams

    return RedisStreams(settings.redis_url)


def outbound(settings: Settings) -> OutboundHttp:
    """The guarded way out."""
    from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound

    return HttpxOutbound(
        allow=settings.outbound_allow, timeout=settings.outbound_timeout, max_size=settings.outbound_max, map=settings.outbound_places
    )  # fmt: skip


def admitted(settings: Settings) -> Admitted:
    """What the operator admits beside calls of servers."""
    return Admitted(
        frozenset(settings.run_allow), tuple(Path(one) for one in settings.run_volumes), settings.run_network
    )


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """All ways out of a worker; closed behind the block."""
    from symphainy.foundations.public_works.adapters.grpc_outbound import GrpcOutbound
    from symphainy.foundations.public_works.adapters.outbound_guard import Guard
    from symphainy.foundations.public_works.adapters.process_sandbox import ProcessSandbox
    from symphainy.foundations.public_works.adapters.redis_channels import RedisChannels

    http, guard = outbound(settings), Guard(allow=settings.outbound_allow, map=settings.outbound_places)
    grpc = GrpcOutbound(guard, timeout=settings.outbound_timeout, max_size=settings.outbound_max)
    channels = RedisChannels(guard, max_size=settings.outbound_max)
    sandbox = ProcessSandbox(
        timeout=settings.run_timeout, memory=settings.run_memory_max, output=settings.run_output_max, network=settings.run_network,
        hidden=(settings.data_dir, Path(".env"), settings.client_file or settings.data_dir),
    )  # fmt: skip
    try:
        yield Outside(http, grpc, channels, secrets(settings), sandbox, admitted(settings))
    finally:
        await sandbox.close()
        await http.close()


def secrets(settings: Settings) -> Secrets:
    """Sealed files below the data folder."""
    from symphainy.foundations.public_works.adapters.file_secrets import FileSecrets

    return FileSecrets(settings.data_dir, ensure_master_key(settings))


def auth(settings: Settings) -> "LocalAuth":
    """Passwords and tokens of our own."""
    from symphainy.foundations.public_works.adapters.key_ring import KeyRing as TokenKeys
    from symphainy.foundations.public_works.adapters.local_auth import LocalAuth

    keys = TokenKeys.derived(
        ensure_master_key(settings), current=settings.signing_key, oldest=settings.signing_key_oldest
    )
    return LocalAuth(keys, issuer=settings.token_issuer, audience=settings.token_audience)


def identity_provider(settings: Settings) -> IdentityProvider | None:
    """The OpenID provider that people may log in through, if one is set."""
    if not settings.oidc_issuer:
        return None
    from symphainy.foundations.public_works.adapters.oidc_auth import OidcAuth

    secret = settings.oidc_client_secret
    return OidcAuth(
        outbound(settings), issuer=settings.oidc_issuer, client_id=str(settings.oidc_client_id),
        redirect_uri=str(settings.oidc_redirect_uri), client_secret=secret.get_secret_value() if secret else None,
    )  # fmt: skip
