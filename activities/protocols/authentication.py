"""Authentication policies: what goes into the Authorization header. Basic, bearer, digest; OAuth2 and OpenID Connect in ``oauth2.py``."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
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
    http: OutboundHttp, request: Request, policy: Any, *, safe: bool
) -> tuple[Request, OutboundResponse, Credential | None]:
    """Send with what the policy asks for; digest costs a first request that is answered with a challenge."""
    if policy in (None, {}):
        return request, await send(http, request, safe=safe), None
    (scheme, given), *more = policy.items() if isinstance(policy, dict) else [("", None)]
    if more or not isinstance(given, dict):
        raise Invalid(
            "an authentication policy is exactly one of basic, bearer, digest, oauth2, oidc", code="arguments"
        )
    if scheme == "digest":
        # Sent without its body: the server refuses it before anything is done, so nothing can happen twice.
        asked = await send(http, Request(request.method, request.uri), safe=True)
        challenge = asked.headers.get("www-authenticate", "")
        if asked.status != 401 or not challenge.lower().startswith("digest"):
            return request, await send(http, request, safe=safe), None
        credential = digest(request, challenge, given)
    elif scheme == "basic":
        plain = f"{text(given.get('username'))}:{text(given.get('password'))}"
        credential = Credential("Basic", base64.b64encode(plain.encode()).decode())
    elif scheme == "bearer":
        credential = Credential("Bearer", text(given.get("token")))
    elif scheme in ("oauth2", "oidc"):
        credential = Credential("Bearer", await oauth2.token(http, given, discover=scheme == "oidc"))
    else:
        raise Invalid(f"there is no authentication policy '{scheme}'", code="arguments")
    signed = request.with_header("Authorization", credential.header)
    return signed, await send(http, signed, safe=safe), credential


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
