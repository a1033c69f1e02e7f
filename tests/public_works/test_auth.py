"""Passwords and tokens: what passes, and everything that must not (RELIABILITY 4.B, rows 11 to 13)."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from symphainy.foundations.language.errors import Invalid, Unauthenticated
from symphainy.foundations.public_works.adapters.key_ring import KeyRing
from symphainy.foundations.public_works.adapters.local_auth import LocalAuth
from symphainy.foundations.settings import derive_key

MASTER = b"m" * 32
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SEED = Ed25519PrivateKey.from_private_bytes(derive_key(MASTER, "tokens/1"))


class MovedClock:
    def __init__(self) -> None:
        self.moved = timedelta(0)

    def now(self) -> datetime:
        return NOW + self.moved


CLOCK = MovedClock()
AUTH = LocalAuth(KeyRing.derived(MASTER), clock=CLOCK)
CLAIMS = {"sub": "usr_1", "tenant": "acme"}
SOON = NOW + timedelta(minutes=15)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: str | dict[str, Any], claims: str | dict[str, Any]) -> str:
    """A token with our own real signature over whatever is given."""
    head, body = (b64((part if isinstance(part, str) else json.dumps(part)).encode()) for part in (header, claims))
    return f"{head}.{body}.{b64(SEED.sign(f'{head}.{body}'.encode()))}"


def header(**change: Any) -> dict[str, Any]:
    full = {"alg": "Ed25519", "kid": AUTH.key_id, "typ": "access+jwt", **change}
    return {name: value for name, value in full.items() if value is not ...}


def claims(**change: Any) -> dict[str, Any]:
    stamp = int(NOW.timestamp())
    full = {
        "iss": "symphainy",
        "aud": "symphainy-api",
        "sub": "usr_1",
        "iat": stamp,
        "exp": stamp + 900,
        "jti": "x",
        **change,
    }
    return {name: value for name, value in full.items() if value is not ...}


def test_a_token_comes_back_as_it_went() -> None:
    token = AUTH.issue("access", {**CLAIMS, "iss": "mine", "exp": 1}, expires=SOON)
    got = AUTH.verify("access", token)
    assert (
        got["sub"] == "usr_1"
        and got["tenant"] == "acme"
        and got["iss"] == "symphainy"
        and got["exp"] == SOON.timestamp()
    )
    assert AUTH.verify("access", signed(header(), claims()))["sub"] == "usr_1", (
        "the forge below is right but for what each row changes"
    )
    assert AUTH.issue("access", CLAIMS, expires=SOON) != token


PUBLIC = json.dumps(AUTH.jwks()["keys"][0]).encode()
STAMP = int(NOW.timestamp())
HOSTILE_HEADERS: dict[str, Any] = {
    "alg none": header(alg="none"),
    "alg None": header(alg="None"),
    "alg nOnE": header(alg="nOnE"),
    "alg empty": header(alg=""),
    "alg HS256": header(alg="HS256"),
    "other of the family": header(alg="EdDSA"),
    "alg Ed448": header(alg="Ed448"),
    "alg absent": header(alg=...),
    "alg list": header(alg=["Ed25519"]),
    "alg null": header(alg=None),
    "crit": header(crit=["exp"]),
    "crit b64": header(crit=["b64"], b64=False),
    "b64": header(b64=False),
    "jwk": header(jwk=AUTH.jwks()["keys"][0]),
    "jku": header(jku="http://127.0.0.1:1/jwks"),
    "x5u": header(x5u="http://127.0.0.1:1/x"),
    "x5c": header(x5c=["AA"]),
    "zip": header(zip="DEF"),
    "cty": header(cty="JWT"),
    "kid path": header(kid="../../dev/null"),
    "kid sql": header(kid="' OR 1=1 --"),
    "kid url": header(kid="http://127.0.0.1:1/key"),
    "kid empty": header(kid=""),
    "kid unknown": header(kid="k2-abc"),
    "kid absent": header(kid=...),
    "kid number": header(kid=1),
    "kid list": header(kid=[]),
    "typ other": header(typ="refresh+jwt"),
    "typ JWT": header(typ="JWT"),
    "typ absent": header(typ=...),
    "twice alg": json.dumps(header())[:-1] + ',"alg":"none"}',
    "twice kid": json.dumps(header())[:-1] + f',"kid":"{AUTH.key_id}"}}',
    "no object": "[]",
    "no json": "{",
    "deep": "[" * 3000,
}
HOSTILE_CLAIMS: dict[str, Any] = {
    "iss": claims(iss="other"),
    "iss absent": claims(iss=...),
    "aud": claims(aud="other"),
    "aud absent": claims(aud=...),
    "aud list": claims(aud=["symphainy-api"]),
    "exp absent": claims(exp=...),
    "exp past by leeway": claims(exp=STAMP - 5),
    "exp string": claims(exp="9999999999"),
    "exp true": claims(exp=True),
    "exp float": claims(exp=STAMP + 900.5),
    "exp null": claims(exp=None),
    "exp huge": json.dumps(claims(exp="@")).replace('"@"', "1e999"),
    "exp NaN": json.dumps(claims(exp="@")).replace('"@"', "NaN"),
    "nbf future": claims(nbf=STAMP + 10),
    "nbf string": claims(nbf="0"),
    "iat future": claims(iat=STAMP + 10),
    "iat absent": claims(iat=...),
    "sub absent": claims(sub=...),
    "sub empty": claims(sub=""),
    "sub number": claims(sub=7),
    "twice sub": json.dumps(claims())[:-1] + ',"sub":"usr_2"}',
    "no object": '"text"',
}


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_hostile_headers_are_refused_without_a_look_outside(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_calls(*_: Any, **__: Any) -> None:
        raise AssertionError("verification went to the network")

    monkeypatch.setattr(socket.socket, "connect", nobody_calls)
    monkeypatch.setattr(socket, "getaddrinfo", nobody_calls)
    with pytest.raises(Unauthenticated, match="^the token is not valid") as caught:
        AUTH.verify("access", signed(HOSTILE_HEADERS[name], claims()))
    assert caught.value.__notes__, "the audit learns why"


@pytest.mark.parametrize("name", HOSTILE_CLAIMS)
def test_hostile_claims_are_refused(name: str) -> None:
    with pytest.raises(Unauthenticated, match="^the token is not valid"):
        AUTH.verify("access", signed(header(), HOSTILE_CLAIMS[name]))


def test_the_public_key_is_no_hmac_secret() -> None:
    for secret in (PUBLIC, base64.urlsafe_b64decode(AUTH.jwks()["keys"][0]["x"] + "="), b""):
        body = f"{b64(json.dumps(header(alg='HS256')).encode())}.{b64(json.dumps(claims()).encode())}"
        with pytest.raises(Unauthenticated):
            AUTH.verify("access", f"{body}.{b64(hmac.new(secret, body.encode(), hashlib.sha256).digest())}")


def test_another_installations_key_is_another_key() -> None:
    other = LocalAuth(KeyRing.derived(b"o" * 32), clock=CLOCK)
    assert other.key_id != AUTH.key_id
    with pytest.raises(Unauthenticated):
        AUTH.verify("access", other.issue("access", CLAIMS, expires=SOON))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", "\x00", " " * 50, "x" * 10_240, None, 7])
def test_what_is_no_token_is_refused(token: Any) -> None:
    with pytest.raises(Unauthenticated):
        AUTH.verify("access", token)


def test_ten_kilobytes_are_refused_however_well_signed() -> None:
    with pytest.raises(Unauthenticated):
        AUTH.verify("access", AUTH.issue("access", {**CLAIMS, "note": "x" * 10_240}, expires=SOON))


TOKEN = AUTH.issue("access", CLAIMS, expires=SOON)


@given(st.integers(0, len(TOKEN) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_single_character_may_change(place: int, char: str) -> None:
    changed = TOKEN[:place] + char + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(Unauthenticated):
            AUTH.verify("access", changed)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_noise_is_refused_and_never_crashes(first: str, second: str, third: str) -> None:
    for token in (
        first,
        f"{first}.{second}.{third}",
        f"{TOKEN.split('.')[0]}.{b64(second.encode())}.{TOKEN.split('.')[2]}",
    ):
        with pytest.raises(Unauthenticated):
            AUTH.verify("access", token)


@given(
    st.dictionaries(
        st.text(max_size=8),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4),
    )
)
def test_a_signature_alone_admits_no_odd_header(extra: dict[str, Any]) -> None:
    given_header = {**header(), **extra}
    if given_header != header():
        with pytest.raises(Unauthenticated):
            AUTH.verify("access", signed(given_header, claims()))


def test_a_token_of_one_kind_or_audience_is_none_of_another() -> None:
    passport = AUTH.issue("passport", CLAIMS, expires=SOON, audience="workers")
    assert AUTH.verify("passport", passport, audience="workers")["sub"] == "usr_1"
    for kind, audience in (("access", "workers"), ("passport", None), ("refresh", "workers")):
        with pytest.raises(Unauthenticated):
            AUTH.verify(kind, passport, audience=audience)


def test_time_runs_out_and_says_so() -> None:
    clock = MovedClock()
    auth = LocalAuth(KeyRing.derived(MASTER), clock=clock)
    token = auth.issue("access", CLAIMS, expires=SOON)
    clock.moved = timedelta(minutes=15, seconds=4)
    assert auth.verify("access", token)
    clock.moved = timedelta(minutes=15, seconds=6)
    with pytest.raises(Unauthenticated) as caught:
        auth.verify("access", token)
    assert caught.value.code == "token_expired"


def test_rotation_signs_with_the_new_key_and_still_knows_the_old() -> None:
    auth = LocalAuth(KeyRing.derived(MASTER), clock=CLOCK)
    old = auth.issue("passport", CLAIMS, expires=SOON)
    auth.use(KeyRing.derived(MASTER, current=2))
    new = auth.issue("passport", CLAIMS, expires=SOON)
    assert auth.verify("passport", old) and auth.verify("passport", new)
    assert [key["kid"][:3] for key in auth.jwks()["keys"]] == ["k1-", "k2-"]
    auth.use(KeyRing.derived(MASTER, current=2, oldest=2))
    assert auth.verify("passport", new)
    with pytest.raises(Unauthenticated):
        auth.verify("passport", old)
    with pytest.raises(Invalid):
        KeyRing.derived(MASTER, current=1, oldest=2)


def test_a_flood_of_unknown_keys_leaves_the_known_ones_in_place() -> None:
    for number in range(1000):
        with pytest.raises(Unauthenticated):
            AUTH.verify("access", signed(header(kid=f"k{number}-x"), claims()))
    assert AUTH.verify("access", TOKEN)


def test_published_keys_hold_no_private_half() -> None:
    assert {frozenset(key) for key in AUTH.jwks()["keys"]} == {frozenset({"kty", "crv", "x", "kid", "use", "alg"})}
    assert "m" * 32 not in repr(AUTH._keys) and '"d"' not in repr(AUTH._keys)


async def test_passwords_are_kept_as_argon2id() -> None:
    stored = await AUTH.hash("correct horse")
    parameters = stored.split("$")
    assert parameters[1] == "argon2id" and parameters[3] == "m=65536,t=3,p=1"
    assert (await AUTH.check("correct horse", stored)).ok
    assert not (await AUTH.check("correct  horse", stored)).ok
    assert await AUTH.hash("correct horse") != stored


async def test_nothing_is_cut_off_and_one_text_has_one_form() -> None:
    long = "x" * 79
    stored = await AUTH.hash(long + "a")
    assert not (await AUTH.check(long + "b", stored)).ok
    assert (await AUTH.check("cafe\u0301-1234", await AUTH.hash("caf\u00e9-1234"))).ok
    for password in ("short", "x" * 1025):
        with pytest.raises(Invalid):
            await AUTH.hash(password)
    assert not (await AUTH.check("x" * 100_000, stored)).ok


@pytest.mark.parametrize("password", ["iloveyou", "Trustno1", "12345678", "\uff54rustno1"])
async def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="3,000") as refused:
        await AUTH.hash(password)
    assert password not in refused.value.detail
    assert (await AUTH.check("trustno1 but longer", await AUTH.hash("trustno1 but longer"))).ok


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_a_damaged_hash_fits_nothing(stored: str) -> None:
    assert not (await AUTH.check("correct horse", stored)).ok


async def test_weaker_parameters_are_replaced_at_the_next_log_in() -> None:
    weak = LocalAuth(KeyRing.derived(MASTER), memory_kib=19 * 1024)
    stored = await weak.hash("correct horse")
    check = await AUTH.check("correct horse", stored)
    assert check.ok and check.rehash and "m=65536" in check.rehash and "m=65536" not in repr(check)
    assert (await AUTH.check("correct horse", check.rehash)) == await AUTH.check("correct horse", check.rehash)
    assert (await AUTH.check("wrong horse", stored)).rehash is None


async def test_an_unknown_user_takes_as_long_as_a_known_one() -> None:
    stored = await AUTH.hash("correct horse")
    await AUTH.check("warm", None)
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(10):
        known = bool(number % 2)
        started = time.process_time()  # the work, whatever else the machine does meanwhile
        await AUTH.check("wrong horse", stored if known else None)
        times[known].append(time.process_time() - started)
    slow, fast = sorted((sorted(times[True])[2], sorted(times[False])[2]), reverse=True)
    assert slow / fast < 1.25


async def test_fifty_log_ins_do_not_hold_up_the_loop() -> None:
    auth = LocalAuth(KeyRing.derived(MASTER), memory_kib=19 * 1024)
    stored = await auth.hash("correct horse")
    logins = [asyncio.create_task(auth.check("correct horse", stored)) for _ in range(50)]
    late = []
    while not all(login.done() for login in logins):
        started = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - started - 0.005)
    assert all(login.result().ok for login in logins)
    assert sorted(late)[int(len(late) * 0.9)] < 0.05, "hashing holds neither the loop nor the GIL"
