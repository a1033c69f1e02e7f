"""Functions of other catalogs, and at an address: fetched, linked to what is here, run with the call's arguments as their input."""

import json
from typing import Any

from support.live_driver import Live
from support.stub_server import Reply, StubServer

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}
FUNCTION = """
input:
  schema: {format: json, document: {type: object, required: [name]}}
do:
- ask: {call: http, with: {method: get, endpoint: 'https://api.example.com/{name}'}}
- say: {set: '${ "hello " + . }'}
"""


async def run(call: str, given: dict[str, Any], function: str = FUNCTION, **use: Any) -> Any:
    with StubServer() as server:
        server.route("x.example.com", "GET", "/c/functions/greet/1.2.0/function.yaml", Reply(text=function))
        server.route("x.example.com", "GET", "/f.yaml", Reply(text=function))
        server.route("api.example.com", "GET", "/ada", Reply(text="Ada"))
        world = Live(server.map(), {"token": b"t0k"})
        document = {
            "document": HEAD,
            "use": use,
            "do": [{"one": {"call": call, "with": given, "output": {"as": "{said: .}"}}}],
        }
        made = world.compile(json.dumps(document))
        try:
            assert made.plan is not None, made.errors
            return (await world.run(made.plan, {})).ending, server.asked
        finally:
            await world.close()


async def test_a_function_of_a_catalog_is_run_with_the_arguments_as_its_input() -> None:
    endpoint = {"uri": "https://x.example.com/c", "authentication": {"use": "mine"}}
    use = {
        "secrets": ["token"], "authentications": {"mine": {"bearer": {"token": "${ $secrets.token }"}}},
        "catalogs": {"shop": {"endpoint": endpoint}},
    }  # fmt: skip
    ending, asked = await run("greet:1.2.0@shop", {"name": "ada"}, **use)
    assert ending.output == {"said": "hello Ada"}, ending
    assert [(a.path, a.headers.get("authorization")) for a in asked] == [
        ("/c/functions/greet/1.2.0/function.yaml", "Bearer t0k"), ("/ada", None),
    ]  # fmt: skip


async def test_a_function_at_an_address_and_its_own_faults() -> None:
    assert (await run("https://x.example.com/f.yaml", {"name": "ada"}))[0].output == {"said": "hello Ada"}
    error = (await run("https://x.example.com/f.yaml", {}))[0].error
    assert error["status"] == 400 and '"name" is a required property' in error["detail"], error
    unfit = (await run("https://x.example.com/f.yaml", {}, "do:\n- a: {call: no.such}"))[0].error
    assert unfit["type"].endswith("/validation") and "LNK001" in unfit["detail"], unfit
