"""Objects: one contract, over a local folder and over S3's protocol."""

import hashlib
import os
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable
from symphainy.foundations.public_works.abstractions.objects import Objects, check_key
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.foundations.public_works.adapters.s3_objects import S3Objects

KEYS = {"access_key_id": "one", "secret_access_key": "two"}
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="one", aws_secret_access_key="two"
    ).create_bucket(Bucket="kept")
    yield endpoint
    server.stop()


@pytest.fixture(params=["local", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "local":
        return LocalObjects(tmp_path / "objects")
    prefix = hashlib.sha256(request.node.name.encode()).hexdigest()[:8]
    return S3Objects(f"s3://kept/{prefix}?endpoint={request.getfixturevalue('s3')}", **KEYS)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def keys(objects: Objects, prefix: str) -> list[str]:
    return sorted([found.key async for found in objects.list(prefix)])


async def test_what_is_put_is_got(objects: Objects) -> None:
    stored = await objects.put("acme/a/one", b"hello")
    assert (stored.size, stored.sha256) == (5, hashlib.sha256(b"hello").hexdigest())
    assert await objects.get("acme/a/one") == b"hello"
    assert (await objects.stat("acme/a/one")).size == 5


async def test_a_stream_is_put_hashed_and_read_back_by_range(objects: Objects) -> None:
    body = os.urandom(7 * MIB + 3)
    stored = await objects.put("acme/big", pieces(body[:MIB], b"", body[MIB:]))
    assert (stored.size, stored.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert b"".join([piece async for piece in objects.open("acme/big")]) == body
    assert b"".join([piece async for piece in objects.open("acme/big", 10, 20)]) == body[10:20]
    assert b"".join([piece async for piece in objects.open("acme/big", len(body) - 4)]) == body[-4:]
    assert [piece async for piece in objects.open("acme/big", 5, 5)] == []


@pytest.mark.parametrize("streamed", [False, True])
async def test_create_only_keeps_the_first(objects: Objects, streamed: bool) -> None:
    await objects.put("acme/anchor", pieces(b"first") if streamed else b"first", create_only=True)
    with pytest.raises(Conflict):
        await objects.put("acme/anchor", pieces(b"second") if streamed else b"second", create_only=True)
    assert await objects.get("acme/anchor") == b"first"
    assert await keys(objects, "acme") == ["acme/anchor"]


async def test_overwriting_is_the_default(objects: Objects) -> None:
    await objects.put("acme/x", b"first")
    await objects.put("acme/x", pieces(b"sec", b"ond"))
    assert await objects.get("acme/x") == b"second"


@pytest.mark.parametrize("size", [100, 6 * MIB])
async def test_too_large_leaves_nothing(objects: Objects, size: int) -> None:
    with pytest.raises(TooLarge):
        await objects.put("acme/huge", pieces(b"x" * size, b"y"), max_size=size)
    with pytest.raises(TooLarge):
        await objects.put("acme/huge", b"x" * (size + 1), max_size=size)
    assert await keys(objects, "acme") == []
    assert (await objects.put("acme/fits", b"x" * size, max_size=size)).size == size


@pytest.mark.parametrize("size", [4, 12 * MIB])
async def test_a_broken_stream_changes_nothing(objects: Objects, size: int) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * size
        raise ConnectionResetError("the caller went away")

    with pytest.raises(ConnectionResetError):
        await objects.put("acme/half", broken())
    assert await keys(objects, "acme") == []
    await objects.put("acme/half", b"old")
    with pytest.raises(ConnectionResetError):
        await objects.put("acme/half", broken())
    assert await objects.get("acme/half") == b"old"


async def test_absent_keys(objects: Objects) -> None:
    for call in (objects.get("acme/no"), objects.stat("acme/no"), objects.rename("acme/no", "acme/yes")):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(NotFound):
        [piece async for piece in objects.open("acme/no")]
    await objects.delete("acme/no")
    await objects.ping()


async def test_list_rename_delete(objects: Objects) -> None:
    for key in ("acme/a/1", "acme/a/2", "acme/b/1", "acme-two/a/1"):
        await objects.put(key, b".")
    assert await keys(objects, "acme") == ["acme/a/1", "acme/a/2", "acme/b/1"]
    assert await keys(objects, "acme/a/") == ["acme/a/1", "acme/a/2"]
    await objects.rename("acme/a/1", "acme/c/1")
    await objects.delete("acme/a/2")
    assert await keys(objects, "acme") == ["acme/b/1", "acme/c/1"]
    assert await keys(objects, "nobody") == []


@pytest.mark.parametrize(
    "key",
    [
        "acme",
        "/acme/x",
        "acme//x",
        "acme/../other/x",
        "acme/.",
        "acme/a\x00",
        "acme/a b",
        "acme/%2e%2e",
        "acme/" + "x" * 800,
    ],
)
async def test_hostile_keys_are_refused(objects: Objects, key: str) -> None:
    with pytest.raises(Invalid):
        await objects.put(key, b"")
    with pytest.raises(Invalid):
        await objects.get(key)


@given(st.text(max_size=40))
def test_no_accepted_key_climbs(text: str) -> None:
    try:
        key = check_key(f"acme/{text}")
    except Invalid:
        return
    assert Path("/root", key).resolve().is_relative_to("/root/acme")


async def test_a_large_stream_takes_constant_memory(tmp_path: Path) -> None:
    async def flow() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield bytes(MIB)

    objects = LocalObjects(tmp_path)
    await objects.put("acme/warm", pieces(bytes(12 * MIB)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (await objects.put("acme/large", flow())).size == 300 * MIB
    size = sum([len(piece) async for piece in objects.open("acme/large")])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert size == 300 * MIB and grown < 80, f"{grown:.0f} MiB more for 300 MiB"


async def test_a_store_that_is_away_is_unavailable() -> None:
    away = S3Objects("s3://kept?endpoint=http://127.0.0.1:9", **KEYS)
    with pytest.raises(Unavailable):
        await away.ping()


@pytest.mark.parametrize("url", ["http://kept", "s3://", "s3://kept?endpiont=http://x"])
def test_a_mistyped_url_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        S3Objects(url, **KEYS)
