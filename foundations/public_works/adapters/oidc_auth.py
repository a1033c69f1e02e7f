"""Log-in through an OpenID provider: authorization code with PKCE; authlib builds and checks, joserfc verifies."""

import json
import secrets
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.errors import Unauthenticated, Unavailable
from symphainy.foundations.public_works.abstractions.auth import ExternalIdentity, LoginStart
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp

_ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "Ed25519",
    "EdDSA",
]  # asymmetric only: never none, never HMAC with a public key
_LEEWAY = 60
_KEEP = timedelta(hours=1)
_REFRESH_AT_MOST = timedelta(seconds=60)
"""Unknown key ids make us ask again, but not more often than this: a flood of them must not become one of ours."""


class OidcAuth:
    """``IdentityProvider`` of one issuer. The operator named it, so its host may be a private one."""

    def __init__(
        self,
        http: OutboundHttp,
        *,
        issuer: str,
        client_id: str,
        redirect_uri: str,
        client_secret: str | None = None,
        scope: str = "openid email profile",
        clock: Clock | None = None,
    ) -> None:
        self._http, self._issuer, self._client_id = http, issuer.rstrip("/"), client_id
        self._redirect_uri, self._client_secret, self._scope = redirect_uri, client_secret, scope
        self._clock: Clock = clock or SystemClock()
        self._allow = (urlsplit(issuer).netloc,)
        self._about: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self) -> LoginStart:
        """A fresh state, nonce and verifier, and the URL that starts the log-in."""
        about = await self._discover()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = prepare_grant_uri(
            about["authorization_endpoint"], self._client_id, "code", redirect_uri=self._redirect_uri, scope=self._scope, state=state,
            nonce=nonce, code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
        )  # fmt: skip
        return LoginStart(str(url), state, nonce, verifier)

    async def finish(
        self, started: LoginStart, *, state: str, code: str, issuer: str | None = None
    ) -> ExternalIdentity:
        """Exchange and verify. ``issuer`` is the ``iss`` parameter of the callback (RFC 9207), if it came."""
        if not secrets.compare_digest(started.state.encode(), state.encode()):
            raise _refused("another state than was started")
        if issuer is not None and issuer.rstrip("/") != self._issuer:
            raise _refused("the answer comes from another issuer")
        about = await self._discover()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri,
            "client_id": self._client_id, "code_verifier": started.verifier,
        }  # fmt: skip
        if self._client_secret is not None:
            form["client_secret"] = self._client_secret
        answer = await self._fetch(
            "POST",
            about["token_endpoint"],
            body=urlencode(form).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        if not isinstance(answer.get("id_token"), str):
            raise _refused("the provider gave no ID token")
        claims = await self._verify(answer["id_token"], started.nonce, about)
        return ExternalIdentity(
            self._issuer,
            str(claims["sub"]),
            email=claims.get("email") if isinstance(claims.get("email"), str) else None,
            email_verified=claims.get("email_verified") is True,
            name=claims.get("name") if isinstance(claims.get("name"), str) else None,
            groups=tuple(group for group in claims.get("groups") or () if isinstance(group, str)),
        )

    async def _verify(self, token: str, nonce: str, about: dict[str, Any]) -> dict[str, Any]:
        for fresh in (False, True):
            keys = await self._key_set(about, fresh=fresh)
            try:
                decoded = jwt.decode(token, keys, algorithms=_ALGORITHMS)
                break
            except (JoseError, ValueError) as error:
                if fresh:
                    raise _refused(f"ID token: {type(error).__name__}") from None
        try:
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": about["issuer"]},
                    "aud": {"essential": True, "value": self._client_id},
                },
                params={"client_id": self._client_id, "nonce": nonce},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(f"ID token: {type(error).__name__}") from None
        return dict(claims)

    async def _discover(self) -> dict[str, Any]:
        if self._about is None or time.monotonic() - self._about[0] > _KEEP.total_seconds():
            about = await self._fetch("GET", f"{self._issuer}/.well-known/openid-configuration")
            if str(about.get("issuer", "")).rstrip("/") != self._issuer:
                raise _refused("the provider names itself another issuer")
            self._about = (time.monotonic(), about)
        return self._about[1]

    async def _key_set(self, about: dict[str, Any], *, fresh: bool) -> KeySet:
        age = time.monotonic() - self._keys[0] if self._keys else float("inf")
        if self._keys is None or age > _KEEP.total_seconds() or (fresh and age > _REFRESH_AT_MOST.total_seconds()):
            self._keys = (time.monotonic(), KeySet.import_key_set(await self._fetch("GET", about["jwks_uri"])))  # type: ignore[arg-type]
        return self._keys[1]

    async def _fetch(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        response = await self._http.request(method, url, allow=self._allow, safe=True, **more)
        if response.status >= 500:
            raise Unavailable("the identity provider does not answer")
        try:
            value = json.loads(response.body) if response.status == 200 else None
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise _refused(f"the identity provider answers {response.status}")
        return value


def _refused(reason: str) -> Unauthenticated:
    refusal = Unauthenticated("the log-in was not accepted", code="login_refused", remedy="start the log-in again")
    refusal.add_note(reason)
    return refusal
