"""Outbound gRPC over grpcio: the proto is compiled by protoc in a process of its own, messages are made from its descriptors."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from symphainy.foundations.language.errors import (
    Answered,
    Failed,
    Invalid,
    OutcomeUnknown,
    SymphainyError,
    TooLarge,
    Unavailable,
)
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_grpc import GrpcCall
from symphainy.foundations.public_works.adapters.outbound_guard import Guard
from symphainy.foundations.public_works.addresses import Target

STATUS = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
"""gRPC's codes as HTTP statuses, as google.rpc.Code documents them; every other is 500."""
COMPILING = 20.0
"""Seconds that protoc may take: a proto of 1 MiB takes under one."""
KEPT = 64
"""Compiled protos that are kept per process."""


class GrpcOutbound:
    """``OutboundGrpc``. A connection serves one call, like those of outbound HTTP."""

    def __init__(
        self, guard: Guard, *, timeout: timedelta = timedelta(seconds=10), max_size: int = 1024 * 1024
    ) -> None:
        self._guard, self._timeout, self._max_size = guard, timeout, max_size

    async def call(self, given: GrpcCall, *, timeout: timedelta | None = None) -> Json:
        """Compile, find the method, judge the address, call."""
        try:
            import grpc  # noqa: F401 - an extra: what needs it says so when it is called
            import grpc_tools  # noqa: F401
        except ImportError:
            raise Failed(
                "this installation has no gRPC", code="grpc_missing", remedy="install it with the extra 'calls'"
            ) from None
        pool, files = await _pool(given.proto)
        method = _method(pool, files, given)
        message = _message(pool, method.input_type, given.arguments)
        target = Target("https" if given.tls else "http", given.host.lower(), given.port, "/")
        there, port = await self._guard.place(target, f"grpc://{given.host}:{given.port}")
        host = f"[{there}]" if there.version == 6 else str(there)
        address, tls = f"{host}:{port or given.port}", given.tls and port is None
        limit = (timeout or self._timeout).total_seconds()
        return await self._exchange(given, method, message, address, tls, limit)

    async def _exchange(
        self, given: GrpcCall, method: Any, message: Any, address: str, tls: bool, limit: float
    ) -> Json:
        import grpc
        from google.protobuf.json_format import MessageToDict

        options: list[tuple[str, Any]] = [
            ("grpc.max_receive_message_length", self._max_size), ("grpc.enable_retries", 0), ("grpc.enable_http_proxy", 0),
            ("grpc.default_authority", given.host if tls else f"{given.host}:{given.port}"),
        ]  # fmt: skip
        if tls:
            options.append(("grpc.ssl_target_name_override", given.host))
            channel = grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(), options=options)
        else:
            channel = grpc.aio.insecure_channel(address, options=options)
        sent, answers, size = False, [], 0
        try:
            async with asyncio.timeout(limit):
                await _connected(channel, given)
                sent = True
                async for answer in _answers(channel, method, message, tuple(given.metadata.items())):
                    size += answer.ByteSize()
                    if size > self._max_size:
                        raise TooLarge(
                            f"the answers of {given.host} pass {self._max_size:,} bytes", limit=self._max_size
                        )
                    answers.append(MessageToDict(answer, preserving_proto_field_name=False))
        except TimeoutError:
            if not sent:
                raise Unavailable(f"{given.host}:{given.port} cannot be reached") from None
            raise OutcomeUnknown(f"{given.host} was called and did not answer in {limit:g} s") from None
        except grpc.aio.AioRpcError as error:
            raise _said(given, error) from None
        finally:
            await channel.close(None)
        return answers if method.server_streaming else (answers[0] if answers else None)


async def _connected(channel: Any, given: GrpcCall) -> None:
    """Wait for the connection; the library itself would try for as long as it is given."""
    from grpc import ChannelConnectivity

    state = channel.get_state(try_to_connect=True)
    while state != ChannelConnectivity.READY:
        if state in (ChannelConnectivity.TRANSIENT_FAILURE, ChannelConnectivity.SHUTDOWN):
            raise Unavailable(f"{given.host}:{given.port} cannot be reached")
        await channel.wait_for_state_change(state)
        state = channel.get_state(try_to_connect=True)


_POOLS: dict[str, tuple[Any, list[str]]] = {}
"""What was compiled in this process, by the proto's text."""


async def _pool(proto: str) -> tuple[Any, list[str]]:
    if proto not in _POOLS:
        while len(_POOLS) >= KEPT:
            _POOLS.pop(next(iter(_POOLS)))
        _POOLS[proto] = await _compiled(proto)
    return _POOLS[proto]


async def _compiled(proto: str) -> tuple[Any, list[str]]:
    """A descriptor pool with the proto and what it imports of ``google/protobuf``, and the names of the files of its own."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool

    with tempfile.TemporaryDirectory(prefix="symphainy-proto-") as name:
        folder = Path(name)
        (folder / "service.proto").write_text(proto)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _PROTOC, name, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, cwd=name
        )  # fmt: skip
        try:
            async with asyncio.timeout(COMPILING):
                _, said = await process.communicate()
        except TimeoutError:
            raise Invalid(f"the proto was not compiled in {COMPILING:g} s", code="proto") from None
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode != 0:
            raise Invalid(f"the proto does not compile: {said.decode(errors='replace').strip()[:500]}", code="proto")
        found = FileDescriptorSet.FromString((folder / "out").read_bytes())
    pool = DescriptorPool()
    for file in found.file:
        pool.Add(file)  # type: ignore[no-untyped-call, unused-ignore]
    return pool, [file.name for file in found.file]


_PROTOC = """
import resource, sys
from importlib.resources import files
from grpc_tools import protoc
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
folder = sys.argv[1]
sys.exit(protoc.main(["protoc", f"-I{folder}", f"-I{files('grpc_tools') / '_proto'}", "--include_imports",
                      f"--descriptor_set_out={folder}/out", "service.proto"]))
"""


def _method(pool: Any, files: list[str], given: GrpcCall) -> Any:
    services = [service for name in files for service in pool.FindFileByName(name).services_by_name.values()]
    service = next((s for s in services if given.service in (s.full_name, s.name)), None)
    if service is None:
        raise Invalid(
            f"the proto has no service '{given.service}'; it has {', '.join(s.full_name for s in services) or 'none'}",
            code="grpc_service",
        )
    method = service.methods_by_name.get(given.method)
    if method is None:
        raise Invalid(
            f"the service '{service.full_name}' has no method '{given.method}'; it has {', '.join(service.methods_by_name)}",
            code="grpc_method",
        )
    return method


def _message(pool: Any, kind: Any, arguments: dict[str, Json]) -> Any:
    from google.protobuf.json_format import ParseDict, ParseError
    from google.protobuf.message_factory import GetMessageClass

    try:
        message = ParseDict(arguments, GetMessageClass(kind)(), descriptor_pool=pool)
    except ParseError as error:
        raise Invalid(f"the arguments do not fit {kind.full_name}: {str(error)[:300]}", code="arguments") from None
    missing = message.FindInitializationErrors()  # type: ignore[attr-defined]
    if missing:
        raise Invalid(f"{kind.full_name} needs {', '.join(missing)}", code="arguments")
    return message


async def _answers(channel: Any, method: Any, message: Any, metadata: tuple[Any, ...]) -> AsyncIterator[Any]:
    """The answer, or the answers, to one message; a method that takes a stream gets a stream of one."""
    from google.protobuf.message_factory import GetMessageClass

    how = {
        "request_serializer": type(message).SerializeToString,
        "response_deserializer": GetMessageClass(method.output_type).FromString,
    }
    way = ("stream" if method.client_streaming else "unary") + ("_stream" if method.server_streaming else "_unary")
    made = getattr(channel, way)(f"/{method.containing_service.full_name}/{method.name}", **how)
    call = made([message] if method.client_streaming else message, metadata=metadata)
    if not method.server_streaming:
        yield await call
        return
    async for answer in call:
        yield answer


def _said(given: GrpcCall, error: Any) -> SymphainyError:
    """A status that the server has sent is its answer, unless the library may have made it because nothing came back."""
    code, words = error.code().name, str(error.details() or "")[:300]
    if "received message larger" in words.lower():
        return TooLarge(f"an answer of {given.host} is too large")
    if code != "UNAVAILABLE":  # which the library says as well when the connection is lost on the way
        detail = f"{given.service}/{given.method} of {given.host} answered {code}" + (f": {words}" if words else "")
        return Answered(
            detail, answer=STATUS.get(code, 500), title=code.replace("_", " ").capitalize(), code="grpc_status"
        )
    return OutcomeUnknown(f"{given.host} was called and did not answer: {code}")
