"""The codec endpoint and the pages: who may read, from where, and that it is written down."""

import base64

import pytest

UI = "http://127.0.0.1:7303"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def body(tenant: str = "acme", data: bytes = b"olleh") -> dict:
    return {"payloads": [{"metadata": {"tenant": b64(tenant.encode())}, "data": b64(data)}]}


async def test_a_reader_of_the_tenant_reads_and_a_decision_says_so(plane):
    http = await plane.http(Authorization=f"Bearer {await plane.token()}", Origin=UI, **{"X-Namespace": "symphainy"})
    answer = await http.post("/codec/decode", json=body())
    assert base64.b64decode(answer.json()["payloads"][0]["data"]) == b"hello"
    assert (
        answer.headers["access-control-allow-origin"] == UI
        and answer.headers["access-control-allow-credentials"] == "true"
    )
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    (call,) = plane.parts.doors.calls
    assert (call.action, call.resource_type, call.resource_id) == ("administer", "Tenant", "acme")
    there = await http.post("/codec/encode", json={"payloads": [{"metadata": {}, "data": b64(b"hello")}]})
    assert there.json() == body()


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:7304", "null", "https://127.0.0.1:7303"])
async def test_other_origins_get_no_answer_and_no_leave(plane, origin):
    http = await plane.http(Authorization=f"Bearer {await plane.token()}", Origin=origin)
    for answer in (await http.post("/codec/decode", json=body()), await http.options("/codec/decode")):
        assert answer.status_code == 403 and "access-control-allow-origin" not in answer.headers
    assert not plane.parts.doors.calls


async def test_preflight_of_the_web_ui(plane):
    answer = await (await plane.http(Origin=UI)).options(
        "/codec/decode", headers={"Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 204 and answer.headers["access-control-allow-origin"] == UI
    assert "x-namespace" in answer.headers["access-control-allow-headers"] and answer.headers["vary"] == "Origin"


async def test_who_may_not(plane):
    nobody = await plane.http(Origin=UI)
    assert (await nobody.post("/codec/decode", json=body())).status_code == 401
    reader = await plane.http(Authorization=f"Bearer {await plane.token()}", Origin=UI)
    assert (await reader.post("/codec/decode", json=body("umbrella"))).status_code == 403
    assert (await reader.post("/codec/decode", json=body(data=b""))).status_code == 500
    assert (await reader.post("/codec/decode", json=body(), headers={"X-Namespace": "other"})).status_code == 403
    assert (await reader.get("/codec/decode")).status_code == 405
    assert (
        await reader.post("/codec/decode", content=b" " * (5 << 20), headers={"Content-Type": "application/json"})
    ).status_code == 413
    large = await reader.post("/codec/decode", json=body(data=b"x" * (2 << 20)))
    assert large.status_code == 200
    plane.parts.doors.shut.add("administer")
    assert (await reader.post("/codec/decode", json=body())).status_code == 403


async def test_the_cookie_of_the_login_page_serves_the_web_ui_and_nothing_else(plane):
    await plane.token()
    http = await plane.http()
    form = {"tenant": "acme", "email": "ann@acme.example", "password": "a long enough sentence"}
    assert (await http.post("/login", data=form, headers={"Origin": "http://evil.example"})).status_code == 403
    wrong = await http.post("/login", data={**form, "password": "x"}, headers={"Origin": plane.url})
    assert wrong.headers["location"] == "/login?failed=true" and "set-cookie" not in wrong.headers
    answer = await http.post("/login", data=form, headers={"Origin": plane.url})
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303 and "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert (await http.post("/codec/decode", json=body(), headers={"Origin": UI})).status_code == 200
    assert (await http.post("/codec/decode", json=body())).status_code == 401  # no origin: no browser of ours sent it
    assert (await http.get("/api/definitions")).status_code == 401
    assert "usr_" in (await http.get("/")).text
    await http.post("/logout", headers={"Origin": plane.url})
    assert "usr_" not in (await http.get("/")).text


async def test_pages_are_made_here_and_fetch_nothing(plane):
    http = await plane.http()
    for path in ("/", "/docs", "/login"):
        page = await http.get(path)
        assert (
            page.status_code == 200
            and "<script" not in page.text
            and "script-src" not in page.headers["content-security-policy"]
        )
        assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await http.get("/openapi.json")).json()["info"]["title"] == "Symphainy Solution Plane"
