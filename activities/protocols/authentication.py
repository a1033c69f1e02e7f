"""Authentication policies: what goes into the Authorization header. Basic, bearer, digest; OAuth2 and OpenID Connect in ``oauth2.py``."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from symphainy.activities.protocols import oauth2
from symphainy.activities.protocols.request import Request, send, text
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp, OutboundResponse

_HASHES = {"": hashlib.md5, "md5": hashlib.md5, "sha-256": hashlib.sha256}
_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass(frozen=True)
class Credential:
    """``Authorization: scheme parameter``."""

    scheme: str
    parameter: str

    @property
    def header(self) -> str:
        """The header's value."""
        return f"{self.scheme} {self.parameter}"

    def as_value(self) -> dict[str, Json]:
        """As ``$authorization`` shows it."""
        return {"scheme": self.scheme, "parameter": self.parameter}


async def exchange(
    http: OutboundHttp, request: Request, policy: Any, *, safe: bool, timeout: timedelta | None = None
) -> tuple[Request, OutboundResponse, Credential | None]:
    """Send with what the policy asks for; digest costs a first request that is answered with a challenge."""
    scheme, given = single(policy)
    if scheme == "digest":
        # Sent without its body: the server refuses it before anything is done, so nothing can happen twice.
        asked = await send(http, Request(request.method, request.uri), safe=True, timeout=timeout)
        challenge = asked.headers.get("www-authenticate", "")
        if asked.status != 401 or not challenge.lower().startswith("digest"):
            return request, await send(http, request, safe=safe, timeout=timeout), None
        found: Credential | None = digest(request, challenge, given)
    else:
        found = await credential(http, policy)
    signed = request.with_header("Authorization", found.header) if found else request
    return signed, await send(http, signed, safe=safe, timeout=timeout), found


async def credential(http: OutboundHttp, policy: Any) -> Credential | None:
    """What a policy puts before a call without asking its server first; None where there is no policy."""
    scheme, given = single(policy)
    if not scheme:
        return None
    if scheme == "basic":
        plain = f"{text(given.get('username'))}:{text(given.get('password'))}"
        return Credential("Basic", base64.b64encode(plain.encode()).decode())
    if scheme == "bearer":
        return Credential("Bearer", text(given.get("token")))
    if scheme in ("oauth2", "oidc"):
        return Credential("Bearer", await oauth2.token(http, given, discover=scheme == "oidc"))
    raise Invalid(f"the authentication policy '{scheme[:40]}' cannot be used here", code="arguments")


def single(policy: Any) -> tuple[str, dict[str, Any]]:
    """Scheme and settings of a policy; an empty scheme where there is none.

    >>> single({"bearer": {"token": "t"}}), single(None)
    (('bearer', {'token': 't'}), ('', {}))
    """
    if policy in (None, {}):
        return "", {}
    (scheme, given), *more = policy.items() if isinstance(policy, dict) else [("", None)]
    if more or not isinstance(given, dict):
        raise Invalid(
            "an authentication policy is exactly one of basic, bearer, digest, oauth2, oidc", code="arguments"
        )
    return scheme, given


def digest(request: Request, challenge: str, given: dict[str, Any]) -> Credential:
    """The answer to a challenge (RFC 7616, with RFC 2069 servers in mind)."""
    found = {name.lower(): quoted or plain for name, quoted, plain in _PAIR.findall(challenge)}
    algorithm = found.get("algorithm", "")
    base, _, session = algorithm.lower().partition("-sess")
    if base not in _HASHES or "nonce" not in found:
        raise Invalid(f"the server asks for a digest that is not known here: {algorithm or 'no nonce'}", code="digest")

    def h(value: str) -> str:
        return _HASHES[base](value.encode()).hexdigest()

    parts = urlsplit(request.uri)
    uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    user, realm, nonce, own = text(given.get("username")), found.get("realm", ""), found["nonce"], secrets.token_hex(8)
    secret = h(f"{user}:{realm}:{text(given.get('password'))}")
    if "-sess" in algorithm.lower():
        secret = h(f"{secret}:{nonce}:{own}")
    offered = {q.strip() for q in found.get("qop", "").split(",") if q.strip()}
    asked = h(f"{request.method}:{uri}")
    fields = {"username": user, "realm": realm, "nonce": nonce, "uri": uri}
    if "auth" in offered:
        fields["response"] = h(f"{secret}:{nonce}:00000001:{own}:auth:{asked}")
        bare = ", qop=auth, nc=00000001"
        fields["cnonce"] = own
    elif offered:
        raise Invalid(
            f"the server asks for a quality of protection that is not known here: {sorted(offered)}", code="digest"
        )
    else:
        fields["response"], bare = h(f"{secret}:{nonce}:{asked}"), ""
    if "opaque" in found:
        fields["opaque"] = found["opaque"]
    listed = ", ".join(f'{name}="{value}"' for name, value in fields.items())
    return Credential("Digest", listed + bare + (f", algorithm={algorithm}" if algorithm else ""))
