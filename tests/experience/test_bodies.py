"""Hostile bodies: refused at the door with a reason, never a 500 (RELIABILITY.md 3.1)."""

import asyncio
import json
from urllib.parse import urlsplit

import httpx2
import pytest

from symphainy.foundations.experience.edge import bodies, strict_json
from symphainy.foundations.language.errors import DomainError

HOSTILE = {
    "depth 65": (b'{"intent":"test.echo","payload":{"a":' + b"[" * 65 + b"]" * 65 + b"}}", 400, "json.depth"),
    "depth 5,000": (b"[" * 5_000 + b"]" * 5_000, 400, "json.depth"),
    "depth 400,000": (b"[" * 400_000, 400, "json.depth"),
    "1e400": (b'{"intent":"test.echo","payload":{"a":1e400}}', 400, "json.number"),
    "NaN": (b'{"intent":"test.echo","payload":{"a":NaN}}', 400, "json.number"),
    "-Infinity": (b'{"intent":"test.echo","payload":{"a":-Infinity}}', 400, "json.number"),
    "5,000 digits": (b'{"intent":"test.echo","payload":{"a":' + b"9" * 5_000 + b"}}", 400, "json.number"),
    "duplicate key": (b'{"intent":"test.echo","intent":"test.hold"}', 400, "json.duplicate"),
    "duplicate key by escape": (b'{"intent":"test.echo","\\u0069ntent":"test.hold"}', 400, "json.duplicate"),
    "byte order mark": (b'\xef\xbb\xbf{"intent":"test.echo"}', 400, "json.syntax"),
    "UTF-16": ('{"intent":"test.echo"}'.encode("utf-16"), 400, "json.encoding"),
    "lone surrogate": (b'{"intent":"test.echo","payload":{"a":"\\ud800"}}', 400, "json.text"),
    "lone surrogate in a key": (b'{"intent":"test.echo","payload":{"\\udc00":1}}', 400, "json.text"),
    "NUL": (b'{"intent":"test.echo","payload":{"a":"x\\u0000"}}', 400, "json.text"),
    "bad UTF-8": (b'{"intent":"test.echo","payload":{"a":"\xff"}}', 400, "json.encoding"),
    "2,000 keys": (json.dumps({f"k{i}": i for i in range(2_000)}).encode(), 400, "json.keys"),
    "quotes without end": (b'{"a":' * 70 + b'"' + b'\\"' * 400_000, 400, "json.depth"),
    "trailing comma": (b'{"intent":"test.echo",}', 400, "json.syntax"),
    "two values": (b"{}{}", 400, "json.syntax"),
    "empty": (b"", 422, "invalid"),
    "a string": (b'"test.echo"', 422, "invalid"),
    "null": (b"null", 422, "invalid"),
    "1,000,000 elements": (b"[" + b"1," * 1_000_000 + b"1]", 413, "too_large"),
    "10 MB string": (b'"' + b"x" * 10_000_000 + b'"', 413, "too_large"),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_hostile_json(plane, client, case):
    body, status, code = HOSTILE[case]
    async with httpx2.AsyncClient(base_url=plane.url) as http:
        headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
        before = asyncio.get_running_loop().time()
        answer = await http.post("/api/intent/submit", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json" and not plane.parts.runtime.runs
    assert asyncio.get_running_loop().time() - before < 3


@pytest.mark.parametrize("text", ["\u202egnp.exe", "👍🏽", "ﬀ ≠ ff", "a\u200db", "é", "e\u0301"])
async def test_odd_text_travels_unchanged(plane, client, text):
    found = await client.submit("test.echo", {"text": text}, wait=5)
    assert found.output == {"text": text}


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
async def test_other_media_types_are_415(plane, client, kind):
    async with httpx2.AsyncClient(base_url=plane.url) as http:
        headers = {"Authorization": f"Bearer {client.token}", "Content-Type": kind}
        answer = await http.post("/api/intent/submit", content=b'{"intent":"test.echo"}', headers=headers)
    assert answer.status_code == 415 and answer.headers["content-type"] == "application/problem+json"


async def _raw(url: str, request: bytes) -> bytes:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(65_536), 5)
    finally:
        writer.close()


async def test_a_declared_gigabyte_is_refused_before_it_is_sent(plane):
    head = b"POST /api/intent/submit HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n"
    assert b" 413 " in (await _raw(plane.url, head)).split(b"\r\n")[0]


async def test_smuggling_and_fat_headers_are_refused(plane):
    both = b"POST /ping HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert (await _raw(plane.url, both)).split(b" ")[1] in (b"400", b"405")
    assert (
        b" 431 "
        in (await _raw(plane.url, b"GET /ping HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")).split(
            b"\r\n"
        )[0]
    )


async def test_a_body_that_drips_is_given_up(plane, monkeypatch):
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.3)
    head = (
        b"POST /api/intent/submit HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"
    )
    assert b" 408 " in (await _raw(plane.url, head)).split(b"\r\n")[0]


async def test_every_answer_has_the_security_headers(plane, client):
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        for path in ("/ping", "/health", "/api/session", "/nowhere", "/docs", "/openapi.json"):
            answer = await http.get(path)
            assert answer.headers["x-content-type-options"] == "nosniff" and "content-security-policy" in answer.headers
            assert answer.headers["cache-control"] == "no-store" and "server" not in answer.headers
        assert (await http.request("TRACE", "/ping")).status_code == 405
        gone = await http.get("/nowhere")
        assert gone.status_code == 404 and gone.json()["code"] == "not_found"
        wrong = await http.delete("/api/intent/submit")
        assert wrong.status_code == 405 and wrong.headers["content-type"] == "application/problem+json"


def test_strict_json_is_json():
    for value in [None, True, 1, -1.5e10, "x", [], {}, {"a": [1, {"b": None}]}, "\U0001f600", [[[[]]]] * 50]:
        assert strict_json.loads(json.dumps(value).encode()) == value
    assert strict_json.loads(b'"' + b"[" * 1000 + b'"') == "[" * 1000
    with pytest.raises(DomainError):
        strict_json.loads(b"")
