"""A deployed solution's own routes and its own OpenAPI document."""

import hmac

import httpx2
import pytest
from openapi_spec_validator import validate

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.errors import DomainError, NotFound
from symphainy.runtime.solutions import Binding, RouteTo, Solution

ASK = {
    "type": "object",
    "required": ["question"],
    "properties": {"question": {"type": "string"}, "claim": {"type": "string"}},
}
PLAN = Plan(
    namespace="claims", name="ask", version="1.0.0",
    document={"input": {"schema": {"document": ASK}}, "output": {"schema": {"document": {"type": "object", "title": "Answer"}}}},
).sealed()  # fmt: skip


def solution(*bindings: Binding) -> Solution:
    return Solution(
        name="claims", version="1.0.0", title="Claims", digest="sha256:1", bindings=bindings,
        routes={"test.echo": RouteTo(definition=PLAN.definition, plan_digest=PLAN.digest)},
    )  # fmt: skip


REST = Binding(
    kind="rest",
    name="ask",
    intent="test.echo",
    about={"method": "POST", "path": "/claims/{claim}/questions", "wait": 5},
)
READ = Binding(kind="rest", name="read", intent="test.echo", about={"method": "GET", "path": "/claims/{claim}"})
FIXED = Binding(kind="rest", name="all", intent="test.echo", about={"method": "GET", "path": "/claims/all", "wait": 5})


@pytest.fixture
async def http(plane, client):
    plane.parts.solutions.put(
        "acme", solution(REST, READ, FIXED, Binding(kind="schedule", name="night", intent="test.echo")), PLAN
    )
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        yield http


async def test_a_bound_path_submits_its_intent(plane, http):
    answer = await http.post(
        "/v1/claims/claims/c%207/questions", json={"question": "why?"}, headers={"Idempotency-Key": "q1"}
    )
    assert answer.status_code == 200 and answer.json()["output"] == {"question": "why?", "claim": "c 7"}
    (run,) = plane.parts.runtime.runs.values()
    assert (
        run.intent.solution == "claims" and run.intent.type == "test.echo" and answer.headers["idempotency-key"] == "q1"
    )
    answer = await http.get("/v1/claims/claims/c7", params={"full": "yes"})
    assert answer.status_code == 202
    done = await http.get("/v1/claims/claims/all")
    assert done.status_code == 200 and done.json()["output"] == {}


async def test_what_is_not_bound_is_not_there(plane, http):
    for method, path in [
        ("PUT", "/v1/claims/claims/c7"),
        ("GET", "/v1/claims/other"),
        ("GET", "/v1/none/x"),
        ("POST", "/v1/claims/"),
    ]:
        answer = await http.request(method, path)
        assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"
    assert (await http.post("/v1/claims/claims/c/questions", json=[1])).status_code == 400
    assert (await http.get("/v1/claims/claims/c7?a=1&a=2")).status_code == 400
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    for path in ("/v1/claims/claims/c7", "/v1/claims/openapi.json"):
        assert (await http.get(path, headers={"Authorization": f"Bearer {stranger.token}"})).status_code == 404
        assert (await http.get(path, headers={"Authorization": ""})).status_code == 401


async def test_its_openapi_document_has_the_intents_own_schemas(plane, http):
    found = (await http.get("/v1/claims/openapi.json")).json()
    validate(found)
    assert found["info"] == {"title": "Claims", "version": "1.0.0", "x-digest": "sha256:1"}
    ask = found["paths"]["/v1/claims/claims/{claim}/questions"]["post"]
    body = ask["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["question"] and list(body["properties"]) == ["question"]
    assert "get" in found["paths"]["/v1/claims/claims/{claim}"] and ask["x-intent"] == "test.echo"


async def test_another_binding_changes_the_route_and_not_the_plan(plane, http):
    moved = Binding(kind="rest", name="ask", intent="test.echo", about={"method": "POST", "path": "/ask", "wait": 5})
    plane.parts.solutions.put("acme", solution(moved), PLAN)
    assert (await http.post("/v1/claims/ask", json={"question": "why?"})).status_code == 200
    assert (await http.post("/v1/claims/claims/c7/questions", json={"question": "why?"})).status_code == 404
    assert solution(moved).routes == solution(REST).routes


async def test_what_is_said_to_a_solution_becomes_the_intent_that_its_chat_binds(plane, client, http):
    async with client.chat(solution="claims") as chat:
        with pytest.raises(NotFound, match="binds no chat"):
            _ = [heard async for heard in chat.say("why?")]
        ask = Binding(kind="chat", name="ask", intent="test.echo", about={"field": "question"})
        plane.parts.solutions.put("acme", solution(REST, ask), PLAN)
        heard = [heard async for heard in chat.say("why?")]
        assert heard[-1].result.output == {"question": "why?"}
        (run,) = plane.parts.runtime.runs.values()
        assert (run.intent.type, run.intent.solution, run.intent.source) == ("test.echo", "claims", "ui")
        plane.parts.solutions.put("acme", solution(ask, Binding(kind="chat", name="say", intent="test.echo")), PLAN)
        with pytest.raises(DomainError, match="several chats"):
            _ = [heard async for heard in chat.say("why?")]
    async with client.chat() as guide:
        assert [heard async for heard in guide.say("hello")][-1].result.output["text"] == "hello"


async def test_a_hook_without_a_signature_is_nobodys_and_a_signed_challenge_is_answered(plane, client, http):
    hook = Binding(kind="webhook", name="chat", intent="test.echo", about={"verify": "slack", "secret": "hub"})
    plane.parts.solutions.put("acme", solution(REST, hook), PLAN)
    body = b'{"type": "url_verification", "challenge": "3eZbrw1a"}'
    await plane.parts.hooks._secrets.put("acme", "hub", b"hush")
    stamp = str(int(plane.parts.clock.now().timestamp()))
    sign = "v0=" + hmac.new(b"hush", f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": sign, "content-type": "application/json"}
    async with httpx2.AsyncClient(base_url=plane.url) as nobody:
        answer = await nobody.post("/hooks/acme/claims/chat", content=body, headers=headers)
        assert answer.status_code == 200 and answer.json()["challenge"] == "3eZbrw1a"
        wrong = await nobody.post(
            "/hooks/acme/claims/chat", content=body, headers={**headers, "x-slack-signature": "v0=0"}
        )
        none = await nobody.post("/hooks/acme/claims/nope", content=body, headers=headers)
        assert (wrong.status_code, none.status_code) == (401, 401) and wrong.json()["detail"] == none.json()["detail"]
