"""The pages' own guard: nonces, policy, foreign origins, the ceiling of uploads; and renewals that do not end a session."""

import asyncio
import re

from symphainy.foundations.experience import Login
from symphainy.foundations.language.errors import Unauthenticated
from symphainy.solution_api.console.guard import Guard
from symphainy.solution_api.console.renew import Renewals


async def serve(app, scope, body=b""):
    sent, chunks = [], [body[i : i + 1000] for i in range(0, len(body), 1000)] or [b""]

    async def receive():
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message):
        sent.append(message)

    await Guard(app, upload=5_000)(
        {"type": "http", "method": "GET", "path": "/console/", "headers": [(b"host", b"a:1")], **scope}, receive, send
    )
    head = {k.decode().lower(): v.decode() for k, v in sent[0].get("headers", ())}
    return sent[0]["status"], head, b"".join(m.get("body", b"") for m in sent[1:])


def answering(body: bytes, kind: bytes = b"text/html; charset=utf-8", drain: bool = False):
    async def app(scope, receive, send):
        while drain and (await receive())["more_body"]:
            pass
        length = str(len(body)).encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", kind), (b"content-length", length)],
            }
        )
        await send({"type": "http.response.body", "body": body[:9], "more_body": True})
        await send({"type": "http.response.body", "body": body[9:], "more_body": False})

    return app


async def test_each_page_has_a_nonce_of_its_own_on_every_script():
    page = b'<html><script type="module">a()</script><script>b("&lt;script>")</script><p>&lt;script&gt;</p>'
    nonces = set()
    for _ in range(2):
        status, head, body = await serve(answering(page), {})
        (nonce,) = set(re.findall(rb'<script nonce="([^"]+)"', body))
        assert status == 200 and body.count(b"nonce=") == 2 and int(head["content-length"]) == len(body)
        assert f"'nonce-{nonce.decode()}'" in head["content-security-policy"]
        nonces.add(nonce)
    assert len(nonces) == 2


async def test_files_of_the_library_are_kept_and_left_as_they_are():
    file = b'let a = "<script>";'
    status, head, body = await serve(answering(file, b"text/javascript"), {"path": "/console/_nicegui/3/static/a.js"})
    assert (
        (status, body) == (200, file) and "immutable" in head["cache-control"] and "content-security-policy" not in head
    )


async def test_a_foreign_page_posts_nothing_and_opens_no_socket():
    for origin in ([], [(b"origin", b"http://evil.example")], [(b"origin", b"null")]):
        scope = {"method": "POST", "headers": [(b"host", b"a:1"), *origin]}
        assert (await serve(answering(b"{}"), scope))[0] == 403
    closed = []

    async def send(message):
        closed.append(message["type"])

    socket = {"type": "websocket", "path": "/", "headers": [(b"host", b"a:1"), (b"origin", b"http://evil.example")]}
    await Guard(answering(b""), upload=1)(socket, None, send)
    assert closed == ["websocket.close"]


async def test_an_upload_over_the_limit_is_refused_while_it_comes():
    scope = {"method": "POST", "headers": [(b"host", b"a:1"), (b"origin", b"http://a:1")]}
    assert (await serve(answering(b"{}", b"application/json", drain=True), scope, b"x" * 5_000))[0] == 200
    status, head, body = await serve(answering(b"{}", b"application/json", drain=True), scope, b"x" * 5_001)
    assert status == 413 and b"5,000 bytes" in body and head["connection"] == "close"


async def test_two_tabs_that_renew_at_once_spend_one_token(monkeypatch):
    spent: list[str] = []

    async def ask(self, token):
        spent.append(token)
        await asyncio.sleep(0)
        if token == "bad":
            raise Unauthenticated("spent")
        about = {"access_token": f"a-{len(spent)}", "refresh_token": "r", "expires_in": 900, "session_id": "ses_a"}
        return Login.model_validate({**about, "principal": {"id": "usr_a", "tenant": "acme"}})

    monkeypatch.setattr(Renewals, "_ask", ask)
    renewals = Renewals("http://nowhere")
    first, second = await asyncio.gather(renewals.renew("t"), renewals.renew("t"))
    assert first == second == await renewals.renew("t") and spent == ["t"]
    assert (await renewals.renew("u")).access_token == "a-2"
