"""The generic door: idempotency, waiting, refusals as problems."""

import asyncio
import json

import httpx2
import pytest

from symphainy.foundations.experience import Accepted, Result
from symphainy.foundations.language.errors import Invalid, NotFound, RateLimited, Refused


def http(plane, client, **headers):
    return httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}", **headers})


async def test_a_submit_answers_202_with_ids_and_links(plane, client):
    async with http(plane, client) as raw:
        answer = await raw.post("/api/intent/submit", json={"intent": "test.hold", "payload": {"n": 1}})
    body = answer.json()
    assert answer.status_code == 202 and body["links"]["events"] == f"/api/execution/{body['execution_id']}/events"
    assert answer.headers["location"] == body["links"]["execution"]
    assert answer.headers["idempotency-key"] == body["key"] and body["key"].startswith("key_")
    assert plane.parts.runtime.runs[body["execution_id"]].intent.source == "api"


async def test_one_key_is_one_execution_and_equal_answers(plane, client):
    found = await asyncio.gather(*(client.submit("test.hold", {"n": 1}, key="k-1") for _ in range(50)))
    assert len({(f.intent_id, f.execution_id, f.key) for f in found}) == 1 and len(plane.parts.runtime.runs) == 1
    assert sum(not f.replayed for f in found) == 1
    with pytest.raises(Invalid) as refused:
        await client.submit("test.hold", {"n": 2}, key="k-1")
    assert refused.value.code == "key_reused"


async def test_the_key_may_be_quoted_and_must_be_printable(plane, client):
    body = {"intent": "test.hold"}
    async with http(plane, client) as raw:
        first = await raw.post("/api/intent/submit", json=body, headers={"Idempotency-Key": '"q-1"'})
        again = await raw.post("/api/intent/submit", json=body, headers={"Idempotency-Key": "q-1"})
        assert first.headers["idempotency-key"] == "q-1" and again.json()["replayed"]
        for bad in ("", "a b", "x" * 201, "ä".encode("latin-1")):
            answer = await raw.post("/api/intent/submit", json=body, headers={"Idempotency-Key": bad})
            assert answer.status_code == 400 and answer.json()["code"] == "idempotency_key"


async def test_prefer_wait_gives_the_result_or_202(plane, client):
    done = await client.submit("test.echo", {"a": [1, None]}, wait=5)
    assert isinstance(done, Result) and done.output == {"a": [1, None]} and done.closed
    assert isinstance(await client.submit("test.hold", wait=1), Accepted)
    async with http(plane, client, Prefer="respond-async, wait=3") as raw:
        answer = await raw.post("/api/intent/submit", json={"intent": "test.echo"})
    assert answer.status_code == 200 and answer.headers["preference-applied"] == "wait=3"


async def test_refusals_are_problems_with_a_remedy(plane, client):
    with pytest.raises(NotFound) as none:
        await client.submit("test.nothing")
    assert none.value.code == "no_route" and none.value.remedy == "see /api/capabilities"
    with pytest.raises(Refused, match="policy"):
        await client.submit("test.pay")
    plane.parts.runtime.limited = True
    async with http(plane, client) as raw:
        answer = await raw.post("/api/intent/submit", json={"intent": "test.echo"})
    assert answer.status_code == 429 and answer.headers["retry-after"] == "7"
    assert (
        answer.headers["ratelimit"] == '"submit";r=0;t=7' and answer.headers["ratelimit-policy"] == '"submit";q=10;w=60'
    )
    assert answer.headers["content-type"] == "application/problem+json"
    with pytest.raises(RateLimited) as limited:
        await client.submit("test.echo")
    assert limited.value.extra["retry_after"] == 7


@pytest.mark.parametrize(
    ("path", "value"),
    [("intent", 1), ("intent", "no spaces here"), ("payload", []), ("payload", "x"), ("source", "cron"), ("purpose", 3), ("tenant", "b"),
     ("solution", "Not A Name"), ("session_id", "ses_1"), ("intent", None)],
)  # fmt: skip
async def test_wrong_types_are_422_and_name_the_place(plane, client, path, value):
    async with http(plane, client) as raw:
        answer = await raw.post("/api/intent/submit", json={"intent": "test.echo", path: value})
    body = answer.json()
    assert (
        answer.status_code == 422
        and body["errors"][0]["where"] == f"body.{path}"
        and body["instance"] == "/api/intent/submit"
    )
    assert not plane.parts.runtime.runs


async def test_a_boolean_is_no_number(plane, client):
    async with http(plane, client) as raw:
        for bad in (True, "8", 8.5, 0, 51):
            answer = await raw.post("/v1/content/search", json={"query": "x", "limit": bad})
            assert answer.status_code == 422, bad
        assert (await raw.post("/v1/content/search", json={"query": "x", "limit": 8})).status_code == 202


async def test_mainframe_records_are_an_intent_like_any_other(plane, client):
    async with http(plane, client) as raw:
        file = {"key": "artifacts/" + "0" * 64, "sha256": "0" * 64, "size": 1}
        body = {"file": file, "copybook": "01 R. 05 A PIC X.", "layout": {"format": "variable"}}
        assert (await raw.post("/v1/content/decode", json=body)).status_code == 202
        assert (await raw.post("/v1/content/decode", json={**body, "layout": {"format": "fast"}})).status_code == 422
    assert list(plane.parts.runtime.runs.values())[0].intent.type == "content.decode"


async def test_another_tenants_execution_is_nonexistent(plane, client):
    mine = (await client.submit("test.hold")).execution_id
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    async with http(plane, stranger) as raw:
        for verb, tail in [
            ("GET", ""),
            ("GET", "/result"),
            ("POST", "/cancel"),
            ("POST", "/suspend"),
            ("POST", "/resume"),
            ("GET", "/events"),
        ]:
            theirs = await raw.request(verb, f"/api/execution/{mine}{tail}")
            none = await raw.request(verb, f"/api/execution/exe_00000000000000000000000000{tail}")
            assert theirs.status_code == none.status_code == 404
            assert {k: v for k, v in theirs.json().items() if k not in ("detail", "instance")} == {
                k: v for k, v in none.json().items() if k not in ("detail", "instance")
            }
    assert (await stranger.executions()).items == () and not plane.parts.runtime.cancelled


async def test_cancel_list_and_pages(plane, client):
    ids = [(await client.submit("test.hold")).execution_id for _ in range(5)]
    assert (await client.suspend(ids[0])).status == "suspended"
    assert [e.execution_id for e in (await client.executions(status="suspended")).items] == [ids[0]]
    assert (await client.resume(ids[0])).status == "running"
    assert (await client.cancel(ids[0])).status == "cancelled"
    await client.cancel(ids[0])
    assert plane.parts.runtime.cancelled == [ids[0]]
    first = await client.executions(limit=2)
    rest = await client.executions(limit=10, after=first.next)
    assert [e.execution_id for e in first.items + rest.items] == ids[::-1] and rest.next is None
    assert [e.execution_id for e in (await client.executions(status="cancelled")).items] == [ids[0]]


async def test_a_submit_survives_a_lost_answer(plane, client):
    """The line breaks after the platform has taken the intent: the same key finds the same execution."""
    submit, broken = plane.parts.runtime.submit, []

    async def breaks(*given, **more):
        found = await submit(*given, **more)
        if not broken:
            broken.append(found)
            from symphainy.foundations.language.errors import Unavailable

            raise Unavailable("lost on the way back")
        return found

    plane.parts.runtime.submit = breaks
    found = await client.submit("test.hold")
    assert found.replayed and found.execution_id == broken[0].execution_id and len(plane.parts.runtime.runs) == 1


async def test_what_nobody_expected_is_a_problem_without_a_stack(plane, client, caplog):
    async def fails(*_, **__):
        raise RuntimeError("secret payload inside")

    plane.parts.runtime.submit = fails
    async with http(plane, client) as raw:
        answer = await raw.post("/api/intent/submit", json={"intent": "test.echo"})
    assert answer.status_code == 500 and answer.json()["code"] == "internal"
    assert "secret" not in answer.text + caplog.text and "Traceback" not in answer.text
    assert "RuntimeError" in caplog.text
    assert json.loads(answer.text)["instance"] == "/api/intent/submit"
