"""Log-in through another provider, against one that runs here: discovery, PKCE, and every ID token that must not pass."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from local_http import Answer, Asked, LocalHttp, as_json

from symphainy.foundations.language.errors import Unauthenticated, Unavailable
from symphainy.foundations.public_works.abstractions.auth import IdentityProvider, LoginStart
from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound
from symphainy.foundations.public_works.adapters.oidc_auth import OidcAuth

KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)


class Provider:
    """An OpenID provider with memory: what it was told at the start, it demands at the end."""

    def __init__(self) -> None:
        self.keys = [KEY]
        self.change: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.signer: Any = KEY
        self.codes: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        self.base = ""
        self.named: str | None = None

    def authorize(self, url: str) -> str:
        """What a browser does at the provider: log in, come back with a code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (
            query["response_type"] == "code" and query["code_challenge_method"] == "S256" and "openid" in query["scope"]
        )
        self.codes["code-1"] = query
        return "code-1"

    def reply(self, asked: Asked) -> Answer:
        self.calls.append(asked.path)
        if asked.path == "/.well-known/openid-configuration":
            return as_json(
                {
                    "issuer": self.named or self.base,
                    "authorization_endpoint": f"{self.base}/authorize",
                    "token_endpoint": f"{self.base}/token",
                    "jwks_uri": f"{self.base}/jwks",
                }
            )
        if asked.path == "/jwks":
            return as_json(KeySet(self.keys).as_dict(private=False))
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        start = self.codes.pop(form["code"], None)
        verifier = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if start is None or verifier != start["code_challenge"] or form["redirect_uri"] != start["redirect_uri"]:
            return as_json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.base,
            "sub": "u-7",
            "aud": "client",
            "iat": now,
            "exp": now + 300,
            "nonce": start["nonce"],
            "email": "a@b.example",
            "email_verified": True,
            "name": "Ada",
            "groups": ["ops", 7],
            **self.change,
        }
        claims = {name: value for name, value in claims.items() if value is not ...}
        token = jwt.encode(self.header, claims, self.signer, algorithms=["RS256", "HS256", "none"])
        return as_json({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    with LocalHttp(provider.reply) as server:
        provider.base = server.url
        yield provider


@pytest.fixture
async def oidc(provider: Provider) -> AsyncIterator[IdentityProvider]:
    http = HttpxOutbound()
    yield OidcAuth(
        http, issuer=provider.base, client_id="client", client_secret="hush", redirect_uri="http://127.0.0.1/back"
    )
    await http.close()


async def login(oidc: IdentityProvider, provider: Provider) -> Any:
    started = await oidc.begin()
    return await oidc.finish(started, state=started.state, code=provider.authorize(started.url), issuer=provider.base)


async def test_a_log_in_ends_with_an_identity(oidc: IdentityProvider, provider: Provider) -> None:
    found = await login(oidc, provider)
    assert (found.issuer, found.subject, found.email, found.email_verified, found.name, found.groups) == (
        provider.base,
        "u-7",
        "a@b.example",
        True,
        "Ada",
        ("ops",),
    )
    await login(oidc, provider)
    assert provider.calls.count("/jwks") == 1 and provider.calls.count("/.well-known/openid-configuration") == 1
    one, two = await oidc.begin(), await oidc.begin()
    assert (
        len({one.state, two.state, one.nonce, two.nonce, one.verifier, two.verifier}) == 6
        and one.verifier not in repr(one) + one.url
    )


WRONG: dict[str, dict[str, Any]] = {
    "iss": {"iss": "https://other.example"},
    "aud": {"aud": "other"},
    "aud of many without azp": {"aud": ["client", "other"]},
    "azp": {"aud": ["client"], "azp": "other"},
    "exp": {"exp": int(time.time()) - 100},
    "exp absent": {"exp": ...},
    "nonce": {"nonce": "other"},
    "nonce absent": {"nonce": ...},
    "sub absent": {"sub": ...},
    "iat future": {"iat": int(time.time()) + 1000},
    "iat text": {"iat": "now"},
    "iss absent": {"iss": ...},
    "aud absent": {"aud": ...},
}


@pytest.mark.parametrize("name", WRONG)
async def test_claims_that_do_not_fit_are_refused(oidc: IdentityProvider, provider: Provider, name: str) -> None:
    provider.change = WRONG[name]
    with pytest.raises(Unauthenticated, match="the log-in was not accepted"):
        await login(oidc, provider)


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("forged", ["key", "none", "hmac"])
async def test_a_forged_signature_is_refused(oidc: IdentityProvider, provider: Provider, forged: str) -> None:
    if forged == "key":
        provider.signer = OTHER
    elif forged == "none":
        provider.header = {"alg": "none"}
    else:
        provider.header, provider.signer = (
            {"alg": "HS256", "kid": "one"},
            OctKey.import_key(KEY.as_pem(private=False)[27:-25].replace(b"\n", b"")),
        )
    with pytest.raises(Unauthenticated):
        await login(oidc, provider)


async def test_state_verifier_code_and_issuer_must_be_those_of_the_start(
    oidc: IdentityProvider, provider: Provider
) -> None:
    started = await oidc.begin()
    code = provider.authorize(started.url)
    with pytest.raises(Unauthenticated):
        await oidc.finish(started, state="other", code=code)
    with pytest.raises(Unauthenticated):
        await oidc.finish(started, state=started.state, code=code, issuer="https://other.example")
    with pytest.raises(Unauthenticated):
        await oidc.finish(started, state=started.state, code="stolen")
    stolen = LoginStart(started.url, started.state, started.nonce, "another-verifier")
    with pytest.raises(Unauthenticated):
        await oidc.finish(stolen, state=started.state, code=code)


async def test_a_provider_may_change_its_keys_and_a_flood_of_unknown_ones_is_not_passed_on(
    oidc: OidcAuth, provider: Provider
) -> None:
    await login(oidc, provider)
    assert oidc._keys is not None
    oidc._keys = (oidc._keys[0] - 61, oidc._keys[1])
    new = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}, private=True)
    provider.keys, provider.signer, provider.header = [KEY, new], new, {"alg": "RS256", "kid": "two"}
    assert (await login(oidc, provider)).subject == "u-7"
    assert provider.calls.count("/jwks") == 2
    for number in range(5):
        provider.header = {"alg": "RS256", "kid": f"random-{number}"}
        with pytest.raises(Unauthenticated):
            await login(oidc, provider)
    assert provider.calls.count("/jwks") == 2
    provider.header = {"alg": "RS256", "kid": "two"}
    assert (await login(oidc, provider)).subject == "u-7"


async def test_a_provider_that_names_itself_another_is_refused_and_one_that_is_away_is_unavailable(
    oidc: IdentityProvider, provider: Provider
) -> None:
    provider.named = "https://other.example"
    with pytest.raises(Unauthenticated):
        await oidc.begin()
    away = OidcAuth(
        HttpxOutbound(), issuer="http://127.0.0.1:9", client_id="client", redirect_uri="http://127.0.0.1/back"
    )
    with pytest.raises(Unavailable):
        await away.begin()
