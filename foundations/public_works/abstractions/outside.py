"""The ways out of this process, together: what the calls of the specification are made of. Each is guarded by the same address policy."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath

from symphainy.foundations.public_works.abstractions.outbound_channels import OutboundChannels
from symphainy.foundations.public_works.abstractions.outbound_grpc import OutboundGrpc
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.sandbox import Sandbox
from symphainy.foundations.public_works.abstractions.secrets import Secrets

EVERYTHING = frozenset(["script", "shell", "container", "mcp-stdio"])
"""The words of an operator: each admits one kind of process."""


@dataclass(frozen=True)
class Admitted:
    """What an operator's policy admits beside calls of servers: nothing, unless it says so."""

    run: frozenset[str] = frozenset()
    """Of ``EVERYTHING``."""
    volumes: Collection[PurePath] = ()
    """Folders of the host, at or below which a container may mount."""
    network: bool = False
    """Whether what is run may open connections."""


@dataclass(frozen=True)
class Outside:
    """What a worker has of them. A front end, or an offline catalog, has none: then only the contracts count."""

    http: OutboundHttp | None = None
    grpc: OutboundGrpc | None = None
    channels: OutboundChannels | None = None
    secrets: Secrets | None = None
    sandbox: Sandbox | None = None
    admitted: Admitted = Admitted()
