"""``call: grpc`` against a real gRPC server: unary, streamed, refused, secrets, TLS decided by the port."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import pytest
from support.grpc_stub import GrpcStub
from support.live_driver import Live

PROTO = """
syntax = "proto3";
package shop;
import "google/protobuf/empty.proto";
message Ask { string name = 1; repeated int32 counts = 2; }
message Told { string greeting = 1; int64 total = 2; }
service Greeter {
  rpc Greet(Ask) returns (Told);
  rpc Many(Ask) returns (stream Told);
  rpc Fail(Ask) returns (Told);
  rpc Quiet(google.protobuf.Empty) returns (google.protobuf.Empty);
}
"""
ANSWERS: dict[str, Any] = {
    "shop.Greeter/Greet": [{"greeting": "hello <request.name>", "total": "9007199254740993"}],
    "shop.Greeter/Many": [{"greeting": "a"}, {"greeting": "b"}],
    "shop.Greeter/Fail": grpc.StatusCode.NOT_FOUND,
    "shop.Greeter/Quiet": [{}],
}
HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
RESOURCE = "data:;base64," + base64.b64encode(PROTO.encode()).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[GrpcStub]:
    with GrpcStub(PROTO, ANSWERS) as made:
        yield made


@pytest.fixture
async def run(server: GrpcStub) -> AsyncIterator[Any]:
    """Runs one call, against the server or against who is mapped."""
    world = Live({"shop.example": f"127.0.0.1:{server.port}", "away.example": "127.0.0.1:9"}, {"token": b"t0k"})

    async def call(given: dict[str, Any], data: Any = None, proto: str = RESOURCE) -> Any:
        server.asked.clear()
        service = {"name": "Greeter", "host": "shop.example", "port": 5000, **given.pop("service", {})}
        with_ = {"proto": {"endpoint": proto}, "service": service, **given}
        document = {"document": HEAD, "use": {"secrets": ["token"]}, "do": [{"one": {"call": "grpc", "with": with_}}]}
        made = world.compile(json.dumps(document))
        assert made.plan is not None, made.errors
        return (await world.run(made.plan, data or {})).ending, server.asked

    yield call
    await world.close()


async def test_a_unary_call_carries_its_arguments_and_the_secret_of_its_policy(run: Any) -> None:
    policy = {"authentication": {"bearer": {"token": "${ $secrets.token }"}}}
    ending, asked = await run(
        {"method": "Greet", "arguments": {"name": "${ .who }", "counts": [1, 2]}, "service": policy}, {"who": "Ada"}
    )
    assert ending.output == {"greeting": "hello Ada", "total": "9007199254740993"}
    [(_, sent, metadata)] = asked
    assert sent == [{"name": "Ada", "counts": [1, 2]}] and metadata["authorization"] == "Bearer t0k"


async def test_a_stream_of_answers_is_an_array_and_nothing_is_an_empty_object(run: Any) -> None:
    assert (await run({"method": "Many"}))[0].output == [{"greeting": "a"}, {"greeting": "b"}]
    assert (await run({"method": "Quiet"}))[0].output == {}


async def test_a_status_of_the_server_is_a_communication_error_with_its_http_status(run: Any) -> None:
    error = (await run({"method": "Fail"}))[0].error
    assert (error["type"].rpartition("/")[2], error["status"]) == ("communication", 404)
    assert "NOT_FOUND" in error["detail"] and "as the stub was told" in error["detail"]


UNFIT = [
    ({"method": "Gret"}, RESOURCE, "has no method 'Gret'; it has Greet, Many, Fail, Quiet"),
    ({"method": "Greet", "service": {"name": "Shop"}}, RESOURCE, "has no service 'Shop'; it has shop.Greeter"),
    ({"method": "Greet", "arguments": {"nmae": "x"}}, RESOURCE, 'no field named "nmae"'),
    ({"method": "Greet"}, "data:,syntax", "does not compile"),
    ({"method": "Greet"}, "data:,import%20%22/etc/passwd%22;", "does not compile"),
    ({"method": "Greet"}, "greeter.proto", "no place that a run can read"),
]  # fmt: skip


async def test_what_does_not_fit_is_a_validation_error(run: Any) -> None:
    for given, proto, says in UNFIT:
        error = (await run(dict(given), proto=proto))[0].error
        assert error["type"].endswith("/validation") and says in error["detail"], error


async def test_private_addresses_are_refused_and_nobody_there_is_a_communication_error(run: Any) -> None:
    refused = (await run({"method": "Greet", "service": {"host": "127.0.0.1"}}))[0].error
    assert refused["type"].endswith("/authorization") and "not public" in refused["detail"]
    away = (await run({"method": "Greet", "service": {"host": "away.example"}}))[0].error
    assert away["type"].endswith("/communication") and "cannot be reached" in away["detail"], away
