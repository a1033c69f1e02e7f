"""Canaries: unique words planted as secrets and personal data, then looked for wherever data must not be.

Planted in passwords, tokens, API keys, secrets, inputs, documents, questions and errors, on the ways of success, failure, retry and
refusal. Looked for in every log, event, metric, Temporal's histories and database, Redis, the record in PostgreSQL, and the body of
every error; as text, in base64 and in hex.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from redis.asyncio import Redis
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from support.instance import Running
from support.sagas import ended
from temporalio.client import Client

from symphainy.cli.instance import Instance
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.public_works.adapters.postgres_logins import role_password
from symphainy.foundations.settings import Settings, ensure_master_key

pytestmark = pytest.mark.timeout(300)


@dataclass
class Planted:
    """What was planted where, who did it, and every answer with an error."""

    running: Running
    client: SymphainyClient
    tenant: str = ""
    words: dict[str, str] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def word(self, place: str) -> str:
        """A new word for a place; letters and digits, so that no store has to escape it."""
        return self.words.setdefault(place, f"cnry{secrets.token_hex(10)}")


async def raw(planted: Planted, method: str, path: str, *, token: str | None = None, **about: Any) -> httpx2.Response:
    """A request past the client, whose answer is kept when it is an error."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(base_url=planted.running.experience_url, timeout=30) as http:
        answer = await http.request(method, path, headers=headers, **about)
    if answer.status_code >= 400:
        planted.problems.append(answer.text)
    return answer


class Receiver(BaseHTTPRequestHandler):
    """Takes every webhook."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Receiver.taken += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return

    taken = 0


@pytest.fixture(scope="module")
def planted(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return asyncio.run(_plant(running, tmp_path_factory.mktemp("canaries")))


async def _plant(running: Running, folder: Path) -> Planted:
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        try:
            return await _planted(running, folder, f"http://127.0.0.1:{receiver.server_port}/hook")
        finally:
            receiver.shutdown()


async def _planted(running: Running, folder: Path, hook: str) -> Planted:
    async with running.client() as client:
        it = Planted(running, client, f"t{secrets.token_hex(5)}")
        email, password = f"{it.word('e-mail of a user')}@example.com", it.word("password") + " and more"
        await client.register(it.tenant, email, password)
        await client.login(it.tenant, email, password)
        await client.solution.put_secret("token", it.word("secret"))
        login = {"tenant": it.tenant, "email": email, "password": password}
        tokens = (await raw(it, "POST", "/api/auth/login", json=login)).json()
        it.words["bearer token"], it.words["refresh token"] = tokens["access_token"], tokens["refresh_token"]
        await _credentials(it, hook)
        await asyncio.gather(_runs(it), _documents(it, folder), _refusals(it, tokens["access_token"], email))
        await asyncio.sleep(2)  # the relay has sealed and published, loggers have written, webhooks went out
        assert Receiver.taken > 0
        for run in it.runs:
            it.events += [event.model_dump_json() async for event in client.watch(run)]
    return it


async def _credentials(it: Planted, url: str) -> None:
    """An API key that is used, and the secret of a webhook that is sent to."""
    plane = it.client.solution
    key = (await plane.issue_key((await plane.service("robot")).user_id, "canary")).key
    it.words["API key"] = key.rpartition(".")[2]
    await raw(it, "POST", "/api/intent/submit", token=key, json={"type": "content.search"})
    await raw(it, "POST", "/api/intent/submit", token=f"{key}x", json={"type": "content.search"})
    hook = await plane.create_webhook(url)
    it.words["secret of a webhook"] = hook.secret.removeprefix("whsec_")


async def _runs(it: Planted) -> None:
    """Success, failure, retry: with personal data in inputs, contexts and outputs, and a secret in a header."""
    observer, client = it.running.observer, it.client
    header = {"X-Key": "${ $secrets.token }"}
    post = {"method": "post", "endpoint": f"{observer}/deliver", "headers": header}
    body = {"key": secrets.token_hex(8), "kind": "${ .email }", "amount": 1, "receiver": "none"}
    works = [
        {"keep": {"set": {"email": "${ .email }", "card": "4111 1111 1111 1111"}, "export": {"as": "${ . }"}}},
        {"pay": {"call": "ledger.pay", "with": {"observer": observer, "kind": "${ .email }"}}},
        {"tell": {"call": "http", "with": {**post, "body": {**body, "kind": "${ $context.email }"}}}},
    ]
    breaks = [{"add": {"call": "ledger.add", "with": {"n": "${ .email }"}}}]
    query = {"who": "${ .email }"}
    away = {"method": "get", "endpoint": "http://127.0.0.1:9/away", "headers": header, "query": query}
    again = {"retry": {"delay": {"milliseconds": 50}, "limit": {"attempt": {"count": 2}}}}
    retries = [{"t": {"try": [{"away": {"call": "http", "with": away}}], "catch": again}}]
    kind = '${ "https://example.com/" + (.email | split("@") | first) }'
    told = {"type": kind, "status": 422, "title": "${ .email }", "detail": "${ .email }"}
    raises = [{"no": {"raise": {"error": told}}}]
    places = {
        "input of a run": works,
        "input of a failure": breaks,
        "input of a retry": retries,
        "raised error": raises,
    }
    for place, do in places.items():
        name = f"s{secrets.token_hex(5)}"
        head = {"dsl": "1.0.3", "namespace": "e2e", "name": name, "version": "1.0.0"}
        document = {"document": head, "use": {"secrets": ["token"]}, "do": do}
        await client.solution.register(json.dumps(document), f"{name}.yaml")
        accepted = await client.submit(f"e2e/{name}:1.0.0", {"email": f"{it.word(place)}@example.org"})
        result = await ended(client, accepted.execution_id)
        assert result.status in {"input of a run": ("completed",), "input of a failure": ("faulted",)}.get(
            place, ("faulted", "completed")
        ), result
        it.runs.append(accepted.execution_id)
        if (
            result.error is not None and place != "raised error"
        ):  # which says what its author has it say, to whoever may read it
            it.problems.append(result.error.model_dump_json())


async def _documents(it: Planted, folder: Path) -> None:
    """A document, and a question about it."""
    file = folder / "letter.txt"
    file.write_text(f"Dear Ann, the number of my policy is {it.word('document')}. It was stolen on Monday.\n")
    uploaded = await it.client.upload(file)
    await ended(it.client, uploaded.execution_id)
    found = await it.client.search(f"policy {it.word('query')}")
    it.runs += [uploaded.execution_id, found.execution_id]
    async with it.client.chat() as chat:
        heard = [each async for each in chat.say(f"What is the number of the policy of {it.word('question')}?")]
    it.runs.append(heard[0].execution_id)


async def _refusals(it: Planted, bearer: str, email: str) -> None:
    """What is turned away at the door: wrong types, broken JSON, wrong password, unknown field, a canary in a query and in a path."""
    submit = "/api/intent/submit"
    given = {"query": {"x": it.word("refused input")}, "limit": it.word("refused number")}
    wrong = {"type": "content.search", "payload": given}
    assert (await raw(it, "POST", submit, token=bearer, json=wrong)).status_code in (400, 422)
    extra = {"type": "content.search", "payload": {"query": "x"}, "extra": it.word("value of an unknown field")}
    await raw(it, "POST", submit, token=bearer, json=extra)
    broken = '{"type": "content.search", "payload": {"query": "' + it.word("broken JSON")
    assert (await raw(it, "POST", submit, token=bearer, content=broken)).status_code in (400, 415, 422)
    login = {"tenant": it.tenant, "email": email, "password": it.word("wrong password")}
    assert (await raw(it, "POST", "/api/auth/login", json=login)).status_code == 401
    assert (await raw(it, "POST", submit, token=it.word("wrong token"), json=wrong)).status_code == 401
    await raw(it, "GET", f"/api/executions?cursor={it.word('query of a URL')}", token=bearer)


def forms(word: str) -> Iterator[bytes]:
    """A word as text, in hex, and in base64 at each of its three alignments."""
    plain = word.encode()
    yield from (plain, plain.hex().encode())
    for shift in range(3):
        yield base64.b64encode(b"x" * shift + plain)[4 * (shift > 0) : -4]


def search(it: Planted, what: str, data: bytes) -> list[str]:
    """Which plants are in it."""
    return [f"{place}: in {what}" for place, word in it.words.items() if any(form in data for form in forms(word))]


def files(it: Planted, *folders: str) -> list[str]:
    found = []
    for folder in folders:
        inside = [file for file in sorted((it.running.data_dir / folder).rglob("*")) if file.is_file()]
        assert inside, f"nothing in {folder}: the test looks in the wrong place"
        for file in inside:
            found += search(it, str(file.relative_to(it.running.data_dir)), file.read_bytes())
    return found


async def test_no_canary_is_in_any_log(planted: Planted) -> None:
    assert files(planted, "logs") == []


async def test_no_canary_is_in_temporals_database_or_histories(planted: Planted) -> None:
    assert files(planted, "temporal") == []
    temporal = await Client.connect(f"127.0.0.1:{planted.running.base + 2}", namespace="symphainy")
    for run in planted.runs:
        history = await temporal.get_workflow_handle(f"{planted.tenant}:{run}").fetch_history()
        assert len(history.events) > 3
        assert search(planted, "a history", b"".join(e.SerializeToString() for e in history.events)) == []


async def test_no_canary_is_in_redis(planted: Planted) -> None:
    assert files(planted, "redis") == []
    found, seen = [], 0
    url = Instance.running(planted.running.data_dir).environment["SYMPHAINY_REDIS_URL"]
    async with Redis.from_url(url) as redis:
        async for key in redis.scan_iter():
            kind, seen = (await redis.type(key)).decode(), seen + 1
            found += search(planted, key.decode(), key + repr(await _read(redis, kind, key)).encode())
    assert seen > 0
    assert found == []


async def _read(redis: Redis, kind: str, key: bytes) -> Any:
    if kind == "zset":
        return await redis.zrange(key, 0, -1)
    if kind == "list":
        return await redis.lrange(key, 0, -1)
    return await {"string": redis.get, "hash": redis.hgetall, "set": redis.smembers, "stream": redis.xrange}[kind](key)


CONTENT = ("documents", "chunks", "users", "directory", "human_tasks")
"""Tables whose work is to hold it: titles, the text that is searched, the address that somebody logs in with."""


async def test_no_canary_is_in_the_record_in_postgresql(planted: Planted) -> None:
    """Intents, decisions, journal, events, problems, sessions and all the rest, as a superuser reads them."""
    found, rows = [], 0
    url = make_url(Instance.running(planted.running.data_dir).environment["SYMPHAINY_SQL_URL"])
    password = role_password(ensure_master_key(Settings(data_dir=planted.running.data_dir)), "superuser")
    database = create_async_engine(url.set(username="postgres", password=password))
    try:
        async with database.connect() as connection:
            tables = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            for table in sorted(set(tables) - set(CONTENT)):
                read = text(f'SELECT t::text FROM "{table}" AS t')
                whole = "\n".join((await connection.scalars(read)).all())
                rows += len(whole.splitlines())
                found += search(planted, table, whole.encode())
    finally:
        await database.dispose()
    assert rows > 200
    assert found == []


async def test_no_canary_is_in_any_event(planted: Planted) -> None:
    assert len(planted.events) > 20
    assert search(planted, "events", "\n".join(planted.events).encode()) == []


async def test_no_canary_is_in_any_metric(planted: Planted) -> None:
    async with httpx2.AsyncClient(timeout=30) as http:
        answer = await http.get(f"http://127.0.0.1:{planted.running.base + 5}/metrics")
    assert answer.status_code == 200 and len(answer.text.splitlines()) > 20
    assert search(planted, "metrics", answer.content) == []


async def test_no_canary_is_in_the_body_of_any_error(planted: Planted) -> None:
    assert len(planted.problems) >= 7
    assert search(planted, "problem bodies", "\n".join(planted.problems).encode()) == []
