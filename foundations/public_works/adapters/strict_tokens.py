"""Tokens, verified by rule instead of by option: one algorithm, three header fields, our own keys and nothing fetched (RFC 8725)."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Unauthenticated
from symphainy.foundations.public_works.adapters.key_ring import KeyRing

ALGORITHM = "Ed25519"
_LONGEST = 8 * 1024  # characters; a passport takes less than 2 KiB
_LEEWAY = 5  # seconds that clocks of two hosts may differ
_HEADER = {"alg", "kid", "typ"}  # so neither crit nor jwk, jku, x5u, x5c, b64, zip
_TIMES = ("exp", "iat", "nbf")


class StrictTokens:
    """``Tokens`` over joserfc. A refusal says nothing of its reason to the caller; the reason is the exception's note."""

    def __init__(self, keys: KeyRing, *, issuer: str, audience: str, clock: Clock) -> None:
        self._keys, self._issuer, self._audience, self._clock = keys, issuer, audience, clock

    def use(self, keys: KeyRing) -> None:
        """Take another ring, after a rotation."""
        self._keys = keys

    @property
    def key_id(self) -> str:
        """The id of the key that signs."""
        return self._keys.current

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return self._keys.public()

    def issue(self, kind: str, claims: Mapping[str, Any], *, expires: datetime, audience: str | None = None) -> str:
        """Sign; what the platform sets (issuer, audience, times, id) is not the caller's to choose."""
        now = int(self._clock.now().timestamp())
        ours = {
            "iss": self._issuer,
            "aud": audience or self._audience,
            "iat": now,
            "exp": int(expires.timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": ALGORITHM, "kid": self._keys.current, "typ": _typ(kind)}
        return jwt.encode(header, {**claims, **ours}, self._keys.keys[self._keys.current], algorithms=[ALGORITHM])

    def verify(self, kind: str, token: str, *, audience: str | None = None) -> dict[str, Any]:
        """Claims of a valid token; Unauthenticated otherwise."""
        try:
            header, claims = self._open(token)
            self._check_header(header, kind)
            jwt.decode(token, self._keys.keys[header["kid"]], algorithms=[ALGORITHM])
            self._check_claims(claims, audience or self._audience)
        except _Wrong as wrong:
            refusal = Unauthenticated("the token is not valid", code=wrong.code, remedy="log in again")
            refusal.add_note(str(wrong))
            raise refusal from None
        except JoseError as error:
            refusal = Unauthenticated("the token is not valid", code="token_invalid", remedy="log in again")
            refusal.add_note(f"signature: {error.error}")
            raise refusal from None
        return claims

    def _open(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        if not isinstance(token, str) or not token.isascii() or len(token) > _LONGEST:
            raise _Wrong("not ASCII, or too long")
        parts = token.split(".")
        if len(parts) != 3:
            raise _Wrong("not of three parts")
        return _object(parts[0]), _object(parts[1])

    def _check_header(self, header: dict[str, Any], kind: str) -> None:
        if set(header) != _HEADER:
            raise _Wrong(f"header fields {sorted(header)[:10]}")
        if header["alg"] != ALGORITHM or header["typ"] != _typ(kind):
            raise _Wrong("another algorithm or kind")
        if not isinstance(header["kid"], str) or header["kid"] not in self._keys.keys:
            raise _Wrong("unknown key")

    def _check_claims(self, claims: dict[str, Any], audience: str) -> None:
        if claims.get("iss") != self._issuer or claims.get("aud") != audience:
            raise _Wrong("another issuer or audience")
        for name in _TIMES:
            # a bool is an int to Python, and 1e999 is a number to JSON
            if name in claims and type(claims[name]) is not int:
                raise _Wrong(f"{name} is no whole number")
        now = self._clock.now().timestamp()
        if "exp" not in claims or "iat" not in claims or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise _Wrong("exp, iat or sub missing")
        if now >= claims["exp"] + _LEEWAY:
            raise _Wrong("expired", code="token_expired")
        if claims["iat"] > now + _LEEWAY or claims.get("nbf", 0) > now + _LEEWAY:
            raise _Wrong("not valid yet")


class _Wrong(Exception):
    def __init__(self, reason: str, code: str = "token_invalid") -> None:
        super().__init__(reason)
        self.code = code


def _typ(kind: str) -> str:
    return f"{kind}+jwt"


def _object(part: str) -> dict[str, Any]:
    """The JSON object of one part. Duplicate names are refused: two readers would read two different tokens."""
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
            raise _Wrong("not the one encoding of its bytes")
        value = json.loads(data, object_pairs_hook=_unique)
    except (ValueError, binascii.Error, RecursionError):
        raise _Wrong("not base64url of JSON") from None
    if not isinstance(value, dict):
        raise _Wrong("no JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Wrong("a name twice")
    return dict(pairs)
