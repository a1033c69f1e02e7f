"""Uploads: streamed, hashed, bounded, one intent per content and session."""

import asyncio
import hashlib
import sys
from pathlib import Path

import httpx2
import pytest

from symphainy.experience_api.parts import Limits
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import NotFound

MB = 1 << 20
BODY = b"name,amount\nann,007\n"
SHA = hashlib.sha256(BODY).hexdigest()


def stored(plane):
    root = Path(str(plane.parts.objects._store.prefix))
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())


@pytest.fixture
async def http(plane, client):
    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        yield http


async def test_a_file_becomes_an_artifact_and_an_intent(plane, client, tmp_path):
    path, told = tmp_path / "Rëport.csv", []
    path.write_bytes(BODY)
    found = await client.upload(path, progress=lambda sent, size: told.append((sent, size)))
    assert (
        found.artifact.sha256 == SHA and found.artifact.size == len(BODY) and found.artifact.key == f"artifacts/{SHA}"
    )
    assert (
        found.artifact.name == "Rëport.csv"
        and found.artifact.media_type == "text/csv"
        and told[-1] == (len(BODY), len(BODY))
    )
    run = plane.parts.runtime.runs[found.execution_id]
    assert run.intent.type == "content.upload" and run.intent.payload["file"]["sha256"] == SHA
    assert await plane.parts.objects.get(f"acme/artifacts/{SHA}") == BODY and stored(plane) == [f"acme/artifacts/{SHA}"]
    again = await client.upload(path)
    assert again.replayed and again.execution_id == found.execution_id
    other = await (await plane.client("bob@acme.example")).upload(path)
    assert other.execution_id != found.execution_id and stored(plane) == [f"acme/artifacts/{SHA}"]
    with pytest.raises(NotFound):
        await client.upload(tmp_path / "none")


async def test_a_form_is_streamed_too(plane, http):
    answer = await http.post(
        "/v1/content/upload", data={"note": "x"}, files={"file": ("../../etc/a\u202eb.csv", BODY, "text/csv")}
    )
    assert answer.status_code == 202 and answer.json()["artifact"] == {
        "key": f"artifacts/{SHA}", "sha256": SHA, "size": len(BODY), "media_type": "text/csv", "name": "ab.csv"}  # fmt: skip
    assert stored(plane) == [f"acme/artifacts/{SHA}"]


async def test_a_boundary_split_over_chunks_is_found(plane, http):
    content = b"x\r\n--bound\r\n--boundar\r" * 999
    body = (
        b'--boundary\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'
        + content
        + b"\r\n--boundary--\r\n"
    )

    async def drip():
        for at in range(0, len(body), 7):
            yield body[at : at + 7]

    answer = await http.post(
        "/v1/content/upload", content=drip(), headers={"Content-Type": "multipart/form-data; boundary=boundary"}
    )
    assert answer.json()["artifact"]["sha256"] == hashlib.sha256(content).hexdigest()


FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n'
FIELD = b'--b\r\nContent-Disposition: form-data; name="t"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (FILE, 400), (FILE + FILE + b"--b--\r\n", 422), (FIELD + b"x\r\n--b--\r\n", 422), (b"--b--\r\n", 422), (b"junk", 400), (b"", 422),
        (FIELD + b"y" * 70_000 + b"\r\n--b--\r\n", 400), ((FIELD + b"y\r\n") * 20 + b"--b--\r\n", 400),
        (b"--b\r\n" + b"".join(b"H%d: x\r\n" % i for i in range(50)) + b"\r\nx\r\n--b--\r\n", 400),
        (b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n\r\n--b--\r\n", 422),
    ],
)  # fmt: skip
async def test_malformed_forms_leave_nothing(plane, http, body, status):
    answer = await http.post(
        "/v1/content/upload", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert stored(plane) == [] and not plane.parts.runtime.runs


async def test_empty_files_bad_types_and_no_token(plane, http):
    assert (await http.post("/v1/content/upload", content=b"")).status_code == 422
    assert (
        await http.post("/v1/content/upload", content=b"x", headers={"Content-Type": "not a type"})
    ).status_code == 400
    assert (await http.post("/v1/content/upload", content=b"x", headers={"Authorization": ""})).status_code == 401
    named = await http.post(
        "/v1/content/upload",
        content=b"x",
        headers={"Content-Disposition": "attachment; filename*=UTF-8''a%20%C3%A4.txt"},
    )
    assert named.json()["artifact"]["name"] == "a ä.txt" and len(stored(plane)) == 1


async def test_the_limit_holds_declared_or_not(start):
    plane = await start(limits=Limits(upload=MB))
    client = await plane.client()

    async def endless():
        while True:
            yield b"x" * 65_536

    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        declared = await http.post("/v1/content/upload", content=b"x" * 2 * MB)
        assert declared.status_code == 413 and declared.json()["code"] == "too_large"
        try:
            streamed = await http.post("/v1/content/upload", content=endless())
            assert streamed.status_code == 413
        except httpx2.TransportError:
            pass  # the platform hung up on a sender that did not stop
        assert (await http.post("/v1/content/upload", files={"f": ("a", b"x" * (MB + 1))})).status_code == 413
        assert (await http.post("/v1/content/upload", content=b"x" * MB)).status_code == 202
    assert len(stored(plane)) == 1


async def test_a_tenants_quota_bounds_what_it_may_upload(plane, http):
    plane.parts.uploads.left = 150
    assert (await http.post("/v1/content/upload", content=b"x" * 100)).status_code == 202
    for _ in range(2):
        answer = await http.post("/v1/content/upload", content=b"y" * 100)
        assert (answer.status_code, answer.json()["code"]) == (413, "upload.quota")
    assert sorted(plane.parts.uploads.states.values()) == ["failed", "failed", "stored"]
    plane.parts.uploads.left = 0
    assert (await http.post("/v1/content/upload", content=b"z")).status_code == 413


async def test_a_sender_who_hangs_up_leaves_nothing(plane, client):
    async def breaks():
        yield b"x" * MB
        raise ConnectionResetError

    async with httpx2.AsyncClient(base_url=plane.url, headers={"Authorization": f"Bearer {client.token}"}) as http:
        with pytest.raises(ConnectionResetError):
            await http.post("/v1/content/upload", content=breaks(), headers={"Content-Length": str(5 * MB)})
    async with asyncio.timeout(5):
        while stored(plane):
            await asyncio.sleep(0.05)
    assert not plane.parts.runtime.runs


async def test_200_mb_pass_through_a_process_that_stays_small(tmp_path):
    here = Path(__file__).parent
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(here / "upload_server.py"), str(tmp_path / "objects"), stdout=asyncio.subprocess.PIPE
    )
    try:
        port = int(await asyncio.wait_for(server.stdout.readline(), 30))
        async with SymphainyClient(f"http://127.0.0.1:{port}") as client:
            await client.register("acme", "ann@acme.example", "a long enough sentence")
            await client.login("acme", "ann@acme.example", "a long enough sentence")
            small = tmp_path / "small.bin"
            small.write_bytes(b"x" * MB)
            await client.upload(small)
            before = _peak(server.pid)
            big = tmp_path / "big.bin"
            with big.open("wb") as file:
                file.truncate(200 * MB)
            for form in (False, True):
                if form:
                    await _as_form(client, big)
                else:
                    assert (await client.upload(big)).artifact.size == 200 * MB
            assert _peak(server.pid) - before < 64 * MB
    finally:
        server.kill()
        await server.wait()


async def _as_form(client, path):
    async def body():
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="big.bin"\r\n\r\n'
        with path.open("rb") as file:
            while chunk := file.read(MB):
                yield chunk
        yield b"\r\n--b--\r\n"

    headers = client._http.headers({"Content-Type": "multipart/form-data; boundary=b", "Idempotency-Key": "form"})
    answer = await client._http.pool.post("/v1/content/upload", content=body(), headers=headers)
    assert answer.status_code == 202 and answer.json()["artifact"]["size"] == 200 * MB


def _peak(pid: int) -> int:
    """The most memory a process has held so far, in bytes."""
    line = next(x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


async def test_the_door_is_asked_before_a_byte_is_taken(plane, http):
    plane.parts.doors.shut.add("upload")
    answer = await http.post("/v1/content/upload", content=b"x" * 100)
    assert answer.status_code == 403 and answer.json()["remedy"] == "ask an administrator" and stored(plane) == []
    (call,) = plane.parts.doors.calls
    assert (call.action, call.resource_id, call.size) == ("upload", "acme", 100)
