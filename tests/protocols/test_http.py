"""``call: http`` and ``call: openapi`` against real sockets: methods, forms of answers, credentials, secrets, what is not shown."""

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.live_driver import Live
from support.stub_server import Asked, Reply, StubServer

HEAD = "document: {dsl: '1.0.3', namespace: t, name: t, version: '1.0.0'}\n"


class World:
    """A stub, and runs of one-task documents against it."""

    def __init__(self, server: StubServer, live: Live) -> None:
        self.server, self.live = server, live

    async def call(
        self, given: dict[str, Any], data: Any = None, *, call: str = "http", use: dict[str, Any] | None = None
    ) -> Any:
        document = {
            "document": {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"},
            **({"use": use} if use else {}),
            "do": [{"one": {"call": call, "with": given}}],
        }  # fmt: skip
        made = self.live.compile(json.dumps(document))
        assert made.plan is not None, made.errors
        run = await self.live.run(made.plan, {} if data is None else data)
        return run.ending

    @property
    def last(self) -> Asked:
        return self.server.asked[-1]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with StubServer() as server:
        server.route("x.org", "GET", "/", Reply(body={"a": 1}))
        live = Live(
            {"x.org": f"127.0.0.1:{server.port}"},
            {"mySecret": b'{"username": "ann", "password": "hush"}', "token": b'"t0k"'},
        )
        yield World(server, live)
        await live.close()


def get(path: str = "/", **more: Any) -> dict[str, Any]:
    return {"method": "get", "endpoint": f"https://x.org{path}", **more}


async def test_templates_are_filled_from_the_input_and_encoded(world: World) -> None:
    world.server.route("x.org", "GET", "/a%2Fb/", Reply(body=1))
    assert (await world.call(get("/{p}/{missing}?q={n}"), {"p": "a/b", "n": 5})).output == 1
    assert world.last.query == {"q": ["5"]}


async def test_an_object_in_a_template_is_an_expression_error(world: World) -> None:
    error = (await world.call(get("/{p}"), {"p": {}})).error
    assert (error["type"].rpartition("/")[2], error["status"]) == ("expression", 400)


async def test_query_and_headers_take_any_value(world: World) -> None:
    await world.call(
        get(query={"a": "${ .n }", "b": "${ .t }", "c": "${ .none }"}, headers={"X-N": "${ .n }"}), {"n": 1, "t": True}
    )
    assert (world.last.query, world.last.headers["x-n"]) == ({"a": ["1"], "b": ["true"]}, "1")


async def test_three_forms_of_an_answer(world: World) -> None:
    assert (await world.call(get())).output == {"a": 1}
    assert json.loads(base64.b64decode((await world.call(get(output="raw"))).output)) == {"a": 1}
    shown = (await world.call(get(output="response"))).output
    assert (shown["statusCode"], shown["content"], shown["request"]["method"]) == (200, {"a": 1}, "GET")


@pytest.mark.parametrize(
    ("status", "redirect", "ends"),
    [(204, False, "completed"), (302, False, "faulted"), (302, True, "completed"), (404, True, "faulted")],
)
async def test_what_counts_as_success(world: World, status: int, redirect: bool, ends: str) -> None:
    world.server.route("x.org", "GET", "/s", Reply(status))
    ending = await world.call(get("/s", redirect=redirect))
    assert ending.status == ends
    if ending.error:
        assert (ending.error["type"].rpartition("/")[2], ending.error["status"]) == ("communication", status)


async def test_a_server_that_is_not_there_is_a_communication_error(world: World) -> None:
    world.live.http._guard._map["gone.org"] = "127.0.0.1:9"
    error = (await world.call({"method": "get", "endpoint": "https://gone.org"})).error
    assert (error["type"].rpartition("/")[2], error["status"]) == ("communication", 500)


async def test_a_private_address_is_refused_unless_mapped_or_allowed(world: World) -> None:
    error = (await world.call({"method": "get", "endpoint": f"http://127.0.0.1:{world.server.port}/"})).error
    assert (error["status"], error["code"], world.server.asked) == (403, "outbound_refused", [])


async def test_a_key_header_is_filled_and_chooses_the_contract(world: World) -> None:
    world.server.route("x.org", "POST", "/pay", Reply(body={}))
    given = {"method": "post", "endpoint": "https://x.org/pay", "headers": {"Idempotency-Key": ""}, "body": {"n": 1}}
    assert (await world.call(given)).status == "completed"
    assert world.last.headers["idempotency-key"] == "t/exe_live/do/0/one"
    assert (world.last.headers["content-type"], json.loads(world.last.body)) == ("application/json", {"n": 1})


@pytest.mark.parametrize(("given", "ref"), [
    (get(), "core.http.read@1"), ({**get(), "method": "OPTIONS"}, "core.http.read@1"), ({**get(), "method": "delete"}, "core.http@1"),
    ({**get(), "method": "${ .m }"}, "core.http@1"), ({**get(headers={"idempotency-key": "k"}), "method": "put"}, "core.http.keyed@1"),
])  # fmt: skip
async def test_the_method_decides_which_contract_is_linked(world: World, given: dict[str, Any], ref: str) -> None:
    plan = world.live.compile(HEAD + json.dumps({"do": [{"a": {"call": "http", "with": given}}]})[1:-1]).plan
    assert plan is not None and ref in plan.capabilities


async def test_basic_from_a_secret_is_sent_and_not_shown(world: World) -> None:
    endpoint = {"uri": "https://x.org/", "authentication": {"basic": {"use": "mySecret"}}}
    ending = await world.call(
        {"method": "get", "endpoint": endpoint, "output": "response"}, use={"secrets": ["mySecret"]}
    )
    assert world.last.headers["authorization"] == "Basic " + base64.b64encode(b"ann:hush").decode()
    assert ending.output["request"]["headers"]["Authorization"] == "***"


async def test_a_secret_in_a_header_or_query_is_sent_and_not_shown(world: World) -> None:
    given = get(
        headers={"X-Key": "${ $secrets.token }"}, query={"u": "${ $secrets.mySecret.username }"}, output="response"
    )
    ending = await world.call(given, use={"secrets": ["token", "mySecret"]})
    assert (world.last.headers["x-key"], world.last.query) == ("t0k", {"u": ["ann"]})
    assert "t0k" not in json.dumps(ending.output) and "ann" not in json.dumps(ending.output)


async def test_data_cannot_name_a_secret(world: World) -> None:
    await world.call(
        get(headers={"X-Key": "${ .k }"}), {"k": "${ $secrets.token }", "secrets": {"/headers/X-Key": ["token"]}}
    )
    assert world.last.headers["x-key"] == "${ $secrets.token }"


async def test_a_missing_secret_is_an_authorization_error(world: World) -> None:
    ending = await world.call(get(headers={"X-Key": "${ $secrets.other }"}), use={"secrets": ["other"]})
    assert (ending.error["type"].rpartition("/")[2], ending.error["status"], world.server.asked) == (
        "authorization",
        403,
        [],
    )


async def test_a_named_policy(world: World) -> None:
    endpoint = {"uri": "https://x.org/", "authentication": {"use": "mine"}}
    await world.call(
        {"method": "get", "endpoint": endpoint},
        {"t": "abc"},
        use={"authentications": {"mine": {"bearer": {"token": "${ .t }"}}}},
    )
    assert world.last.headers["authorization"] == "Bearer abc"


class Digest(StubServer):
    """Asks for a digest, and checks it as RFC 7616 says."""

    def _answer(self, asked: Asked) -> Reply:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', asked.headers.get("authorization", "")))
        if not given:
            return Reply(
                401,
                headers={"WWW-Authenticate": 'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256, opaque="o"'},
            )

        def h(text: str) -> str:
            return hashlib.sha256(text.encode()).hexdigest()

        want = h(f"{h('ann:r:hush')}:n1:{given['nc']}:{given['cnonce']}:auth:{h('POST:' + asked.path)}")
        return Reply(200 if given["response"] == want and given["opaque"] == "o" else 401, body={"ok": True})


async def test_digest() -> None:
    with Digest() as server:
        live = Live({"x.org": f"127.0.0.1:{server.port}"})
        endpoint = {"uri": "https://x.org/d", "authentication": {"digest": {"username": "ann", "password": "hush"}}}
        ending = await World(server, live).call({"method": "post", "endpoint": endpoint, "body": {"n": 1}})
        await live.close()
    assert ending.output == {"ok": True}
    assert [len(asked.body) for asked in server.asked] == [0, 8]


async def test_openid_connect_asks_the_authority_where(world: World) -> None:
    world.server.route(
        "x.org", "GET", "/r/.well-known/openid-configuration", Reply(body={"token_endpoint": "https://x.org/tok"})
    )
    world.server.route("x.org", "POST", "/tok", Reply(body={"access_token": "abc"}))
    policy = {
        "oidc": {"authority": "https://x.org/r", "grant": "client_credentials", "client": {"id": "i", "secret": "s"}}
    }
    await world.call({"method": "get", "endpoint": {"uri": "https://x.org/", "authentication": policy}})
    assert world.last.headers["authorization"] == "Bearer abc"


async def test_a_token_of_another_issuer_is_not_used(world: World) -> None:
    claims = base64.urlsafe_b64encode(b'{"iss": "https://evil.org"}').decode().rstrip("=")
    world.server.route("x.org", "POST", "/oauth2/token", Reply(body={"access_token": f"h.{claims}.s"}))
    policy = {"oauth2": {"authority": "https://x.org", "grant": "client_credentials", "issuers": ["https://x.org"]}}
    ending = await world.call({"method": "get", "endpoint": {"uri": "https://x.org/", "authentication": policy}})
    assert (ending.error["type"].rpartition("/")[2], ending.error["status"]) == ("authentication", 401)


CHANGE = {
    "operationId": "change", "requestBody": {"content": {"application/json": {}}},
    "parameters": [{"name": "tags", "in": "query", "schema": {}, "explode": False}, {"name": "ids", "in": "query", "schema": {}}],
}  # fmt: skip
SHARED = [{"name": "id", "in": "path", "required": True, "schema": {}}, {"$ref": "#/components/parameters/Lang"}]
OPENAPI = {
    "openapi": "3.0.3", "servers": [{"url": "/v1"}], "paths": {"/pets/{id}": {"parameters": SHARED, "put": CHANGE}},
    "components": {"parameters": {"Lang": {"name": "lang", "in": "header", "schema": {}}}},
}  # fmt: skip


async def test_an_operation_of_openapi_3(world: World) -> None:
    world.server.route("x.org", "GET", "/doc/api.json", Reply(body=OPENAPI))
    world.server.route("x.org", "PUT", "/v1/pets/7", Reply(body={"done": True}))
    parameters = {"id": 7, "tags": ["a", "b"], "ids": [1, 2], "lang": "en", "name": "Rex"}
    given = {"document": {"endpoint": "https://x.org/doc/api.json"}, "operationId": "change", "parameters": parameters}
    assert (await world.call(given, call="openapi")).output == {"done": True}
    assert (world.last.query, world.last.headers["lang"]) == ({"tags": ["a,b"], "ids": ["1", "2"]}, "en")
    assert json.loads(world.last.body) == {"name": "Rex"}


@pytest.mark.parametrize(("operation", "parameters"), [("nothing", {}), ("change", {})])
async def test_an_operation_that_cannot_be_called(world: World, operation: str, parameters: dict[str, Any]) -> None:
    world.server.route("x.org", "GET", "/doc/api.json", Reply(body=OPENAPI))
    given = {"document": {"endpoint": "https://x.org/doc/api.json"}, "operationId": operation, "parameters": parameters}
    assert (await world.call(given, call="openapi")).error["type"].rpartition("/")[2] == "validation"
