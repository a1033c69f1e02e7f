"""``call: grpc``: the proto fetched like any resource, the method called through the guarded way out, messages as JSON."""

from symphainy.activities.protocols import authentication, resource
from symphainy.activities.protocols.filled import with_secrets
from symphainy.activities.protocols.http import Reply
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Answered, Invalid, Unavailable
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outbound_grpc import GrpcCall
from symphainy.foundations.public_works.abstractions.outside import Outside

TLS_PORTS = (443, 8443)
"""The specification has no word for it: calls to these ports are encrypted, 443 is the port where none is given."""


class GrpcService(Message):
    """``service`` of ``call: grpc``."""

    name: str
    host: str
    port: int = 443
    authentication: Json = None


class GrpcArguments(Message):
    """``with`` of ``call: grpc``."""

    proto: Json
    service: GrpcService
    method: str
    arguments: dict[str, Json] = {}
    secrets: dict[str, tuple[str | int, ...]] = {}
    reveal: bool = False


def register(registry: Registry, outside: Outside) -> None:
    """One contract: a proto does not say what a method does, so it counts as an effect, sent at most once."""

    @capability(
        "core.grpc", input=GrpcArguments, output=Reply, determinism="effectful", effects=Effects(dedupe="none"),
        title="Call a gRPC method",
    )  # fmt: skip
    async def call(step: Step[GrpcArguments]) -> Reply:
        """Read the proto, call the method. A streamed answer is an array; a method that takes a stream gets one message."""
        given = await with_secrets(step, GrpcArguments, outside)
        assert outside.http is not None
        if outside.grpc is None:
            raise Invalid("this process calls no gRPC", code="grpc_missing")
        proto = await resource.read_text(outside.http, given.proto)
        credential = await authentication.credential(outside.http, given.service.authentication)
        where = given.service
        made = GrpcCall(
            proto, where.host, where.port, where.name, given.method, given.arguments,
            {"authorization": credential.header} if credential else {}, tls=where.port in TLS_PORTS,
        )  # fmt: skip
        try:
            value = await outside.grpc.call(made)
        except Unavailable as error:
            raise Answered(error.detail, code="no_answer", remedy="catch it and retry, or see that it is up") from error
        return Reply(value=value, authorization=credential.as_value() if credential and given.reveal else None)

    registry.register(call)
