"""Outbound HTTP: what is inside is never called, and what is outside is called within limits (RELIABILITY 4.D)."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from symphainy.foundations.language.errors import Invalid, OutcomeUnknown, Refused, TooLarge, Unavailable
from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound
from symphainy.foundations.public_works.addresses import is_public


@dataclass
class Canary:
    """A server on loopback that remembers every connection and every request."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\nhi"
    delay: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            await asyncio.sleep(self.delay)
            writer.write(self.answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    canary = Canary()
    server = await asyncio.start_server(canary.serve, "127.0.0.1", 0)
    canary.port = server.sockets[0].getsockname()[1]
    yield canary
    server.close()
    await server.wait_closed()


def answers(*addresses: str) -> Callable[[str, int], "asyncio.Future[list[str]]"]:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve  # type: ignore[return-value]


@pytest.fixture
async def http() -> AsyncIterator[HttpxOutbound]:
    http = HttpxOutbound(timeout=timedelta(seconds=3))
    yield http
    await http.close()


INSIDE = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://127.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:169.254.169.254]/",
    "http://169.254.169.254/latest/meta-data",
    "http://2130706433:{port}/",
    "http://2852039166/",
    "http://0x7f000001:{port}/",
    "http://0xA9FEA9FE/",
    "http://0177.0.0.1:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://localhost.:{port}/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://100.64.0.1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://192.0.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://0.0.0.1/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:1::]/",
    "http://[::127.0.0.1]/",
    "http://[ff02::1]/",
    "http://[::]/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "ftp://127.0.0.1/",
    "ws://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "127.0.0.1:{port}",
    "http://user@127.0.0.1:{port}/",
    "http://good.example@127.0.0.1:{port}/",
    "http://good.example:80@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@good.example/",
    "http://127.0.0.1:{port}\\@good.example/",
    "http://good.example/\r\nHost: x",
    "http://good.example/a b",
    "http://good.example/\x00",
    "http://127\u30020\u30020\u30021:{port}/",
    "http://\uff11\uff12\uff17.0.0.1:{port}/",
    "http://loc\u0430lhost:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http:///",
    "http://",
    "",
    "http://[::1",
    "http://a:99999/",
    "http://-a/",
]


@pytest.mark.parametrize("url", INSIDE)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nothing_inside_is_called(http: HttpxOutbound, canary: Canary, url: str, method: str) -> None:
    with pytest.raises(Refused) as caught:
        await http.request(method, url.replace("{port}", str(canary.port)))
    assert caught.value.code == "outbound_refused"
    assert canary.connections == 0


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["93.184.215.14", "fd00::1"], ["::ffff:10.0.0.1"]]
)
async def test_a_name_with_one_private_address_is_refused(canary: Canary, addresses: list[str]) -> None:
    http = HttpxOutbound(resolve=answers(*addresses))
    with pytest.raises(Refused):
        await http.request("GET", f"http://looks-public.example:{canary.port}/")
    assert canary.connections == 0
    await http.close()


async def test_a_name_that_changes_between_check_and_connection_is_called_where_it_was_checked(canary: Canary) -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    http = HttpxOutbound(resolve=rebinding, allow=["127.0.0.1"])
    response = await http.request("GET", f"http://rebinding.example:{canary.port}/x?y=1")
    assert response.body == b"hi" and asked == ["rebinding.example"], (
        "resolved once: there is no second answer to fall for"
    )
    assert canary.requests[0].startswith(b"GET /x?y=1 HTTP/1.1\r\n")
    assert f"host: rebinding.example:{canary.port}".encode() in canary.requests[0].lower()
    await http.close()


async def test_a_certificate_is_checked_against_the_name_not_the_address(tmp_path: Path) -> None:
    canary = Canary()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = certificate_for("shop.example", tmp_path)
    server_side.load_cert_chain(certificate)
    asked: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: asked.append(name)
    server = await asyncio.start_server(canary.serve, "127.0.0.1", 0, ssl=server_side)
    port = server.sockets[0].getsockname()[1]
    http = HttpxOutbound(
        resolve=answers("127.0.0.1"), allow=["127.0.0.1"], trust=ssl.create_default_context(cafile=certificate)
    )
    assert (await http.request("GET", f"https://shop.example:{port}/")).body == b"hi"
    assert asked == ["shop.example"]
    for url in (f"https://other.example:{port}/", f"https://127.0.0.1:{port}/"):
        with pytest.raises(Unavailable):
            await http.request("GET", url)
    assert len(canary.requests) == 1
    await http.close()
    server.close()
    await server.wait_closed()


def certificate_for(name: str, folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


async def test_a_redirect_is_an_answer(http: HttpxOutbound, canary: Canary) -> None:
    canary.answer = (
        f"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{canary.port}/inside\r\ncontent-length: 0\r\n\r\n".encode()
    )
    response = await http.request("GET", f"http://127.0.0.1:{canary.port}/", allow=["127.0.0.1"])
    assert response.status == 302 and response.headers["location"].endswith("/inside") and canary.connections == 1


@pytest.mark.parametrize(
    "entry", ["127.0.0.1", "127.0.0.1:{port}", "127.0.0.0/8", "erp.internal", "erp.internal:{port}"]
)
async def test_what_an_operator_allows_is_called(canary: Canary, entry: str) -> None:
    http = HttpxOutbound(resolve=answers("127.0.0.1"), allow=[entry.replace("{port}", str(canary.port))])
    assert (await http.request("GET", f"http://ERP.internal:{canary.port}/")).status == 200
    await http.close()


@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1:1", "127.0.0.2", "10.0.0.0/8", "other.internal", "erp.internal:1", "internal", "::1", "fd00::/8"],
)
async def test_an_entry_allows_nothing_else(canary: Canary, entry: str) -> None:
    http = HttpxOutbound(resolve=answers("127.0.0.1"), allow=[entry])
    with pytest.raises(Refused):
        await http.request("GET", f"http://erp.internal:{canary.port}/")
    assert canary.connections == 0
    await http.close()


async def test_only_names_all_that_may_be_called(http: HttpxOutbound, canary: Canary) -> None:
    url = f"http://127.0.0.1:{canary.port}/"
    with pytest.raises(Refused):
        await http.request("GET", url, allow=["127.0.0.1"], only=["api.example"])
    assert (await http.request("GET", url, allow=["127.0.0.1"], only=["127.0.0.1"])).status == 200
    with pytest.raises(Refused):
        await http.request("GET", url, allow=["127.0.0.1"], only=[])
    assert canary.connections == 1


async def test_size_and_compression_are_bounded(http: HttpxOutbound, canary: Canary) -> None:
    url, allow = f"http://127.0.0.1:{canary.port}/", ["127.0.0.1"]
    canary.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001
    with pytest.raises(TooLarge):
        await http.request("GET", url, allow=allow, max_size=1000)
    assert len((await http.request("GET", url, allow=allow, max_size=1001)).body) == 1001
    canary.answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx"
    with pytest.raises(TooLarge):
        await http.request("GET", url, allow=allow)
    assert b"accept-encoding: identity" in canary.requests[0].lower()


async def test_a_slow_answer_is_unavailable_or_unknown_by_what_was_asked(http: HttpxOutbound, canary: Canary) -> None:
    canary.delay = 1
    url, wait = f"http://127.0.0.1:{canary.port}/", timedelta(milliseconds=200)
    with pytest.raises(Unavailable):
        await http.request("GET", url, allow=["127.0.0.1"], timeout=wait)
    with pytest.raises(OutcomeUnknown):
        await http.request("POST", url, allow=["127.0.0.1"], timeout=wait, body=b"pay")
    with pytest.raises(Unavailable):
        await http.request("POST", url, allow=["127.0.0.1"], timeout=wait, safe=True)


async def test_a_connection_cut_after_sending_is_unknown_and_one_never_made_is_unavailable(
    http: HttpxOutbound, canary: Canary
) -> None:
    canary.answer = b""
    with pytest.raises(OutcomeUnknown):
        await http.request("POST", f"http://127.0.0.1:{canary.port}/", allow=["127.0.0.1"])
    with pytest.raises(Unavailable):
        await http.request("POST", "http://127.0.0.1:9/", allow=["127.0.0.1"])

    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable):
        await HttpxOutbound(resolve=nowhere).request("POST", "http://nowhere.example/")


@pytest.mark.parametrize(
    "headers",
    [{"x": "a\r\nb: c"}, {"x\r\n": "a"}, {"Host": "other"}, {"Transfer-Encoding": "chunked"}, {"x": "é"}, {"": "a"}],
)
async def test_headers_cannot_make_a_second_request(
    http: HttpxOutbound, canary: Canary, headers: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await http.request("GET", f"http://127.0.0.1:{canary.port}/", headers=headers, allow=["127.0.0.1"])
    with pytest.raises(Invalid):
        await http.request("GET /x", f"http://127.0.0.1:{canary.port}/", allow=["127.0.0.1"])
    assert canary.connections == 0


async def test_a_proxy_of_the_environment_is_not_used(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    http = HttpxOutbound(allow=["127.0.0.1"])
    assert (await http.request("GET", f"http://127.0.0.1:{canary.port}/")).headers["set-cookie"] == "a=1, b=2"
    await http.close()


async def test_a_refusal_repeats_no_secret(http: HttpxOutbound) -> None:
    with pytest.raises(Refused) as caught:
        await http.request("GET", "http://user:canary-1@10.0.0.1/?key=canary-2")
    assert "canary" not in str(caught.value)


@given(st.ip_addresses(v=4))
def test_private_stays_private_in_every_disguise(found: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{found}")
    assert is_public(mapped) == is_public(found)
    if found.is_private or found.is_loopback or found.is_link_local or found.is_multicast:
        assert not is_public(found)
    packed = int(found)
    for tunnel in ((0x2002 << 112) | (packed << 80), (0x64FF9B << 96) | packed, packed):
        assert not is_public(ipaddress.IPv6Address(tunnel))
