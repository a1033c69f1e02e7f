"""OAuth2 and OpenID Connect: an access token from the authority, for one call. Tokens are not kept: a kept token is a secret at rest."""

import base64
import json
import secrets
import time
from typing import Any
from urllib.parse import quote, urlencode

from symphainy.activities.protocols.request import Request, send
from symphainy.foundations.language.errors import Invalid, Unauthenticated
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOKEN_PATH = "oauth2/token"
_FORM = "application/x-www-form-urlencoded"


async def token(http: OutboundHttp, given: dict[str, Any], *, discover: bool = False) -> str:
    """The access token. Unauthenticated (OWS: authentication, 401) when the authority gives none, or another issuer's.

    ``discover``: an OpenID Connect authority says in ``/.well-known/openid-configuration`` where its token endpoint is.
    """
    authority = str(given.get("authority") or "").rstrip("/")
    if not authority:
        raise Invalid("an oauth2 policy needs an authority", code="arguments")
    fields = parameters(given)
    client = given.get("client") or {}
    headers: dict[str, str] = {"Accept": "application/json"}
    endpoint = await _discovered(http, authority) if discover else _endpoint(authority, given)
    _client(fields, headers, client, endpoint)
    kind = (given.get("request") or {}).get("encoding", _FORM)
    headers["Content-Type"] = kind
    body = json.dumps(fields) if kind == "application/json" else urlencode(fields)
    answer = await send(http, Request("POST", endpoint, headers, body.encode()), safe=True)
    try:
        found = json.loads(answer.body)
        access = found["access_token"]
    except (ValueError, KeyError, TypeError):
        raise Unauthenticated(f"the authority gave no token: it answered {answer.status}", code="oauth2") from None
    _issuer(access, given.get("issuers") or [])
    return str(access)


def parameters(given: dict[str, Any]) -> dict[str, str]:
    """The fields of a token request, by grant."""
    grant = given.get("grant")
    fields = {"grant_type": str(grant)}
    if scopes := given.get("scopes"):
        fields["scope"] = " ".join(str(s) for s in scopes)
    if audiences := given.get("audiences"):
        fields["audience"] = " ".join(str(a) for a in audiences)
    if grant == "password":
        fields |= {"username": str(given.get("username") or ""), "password": str(given.get("password") or "")}
    elif grant == EXCHANGE:
        for who in ("subject", "actor"):
            if (held := given.get(who)) is not None:
                fields |= {f"{who}_token": str(held.get("token")), f"{who}_token_type": str(held.get("type"))}
    elif grant != "client_credentials":
        raise Invalid(f"the grant '{grant}' needs a person or a session; use client_credentials", code="arguments")
    return fields


def _client(fields: dict[str, str], headers: dict[str, str], client: dict[str, Any], endpoint: str) -> None:
    """Say who asks, in the way that ``client.authentication`` names."""
    how, name, secret = client.get("authentication", "client_secret_post"), client.get("id"), client.get("secret")
    if how == "client_secret_basic":
        pair = f"{quote(str(name), safe='')}:{quote(str(secret), safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return
    if name is not None:
        fields["client_id"] = str(name)
    if how == "client_secret_post" and secret is not None:
        fields["client_secret"] = str(secret)
    elif how in ("client_secret_jwt", "private_key_jwt"):
        fields |= {"client_assertion_type": ASSERTION, "client_assertion": _assertion(how, client, endpoint)}


def _assertion(how: str, client: dict[str, Any], endpoint: str) -> str:
    if client.get("assertion"):
        return str(client["assertion"])
    if how == "private_key_jwt":
        raise Invalid("private_key_jwt needs client.assertion, a signed JWT", code="arguments")
    from joserfc import jwt
    from joserfc.jwk import OctKey

    now, name = int(time.time()), str(client.get("id"))
    claims: dict[str, Json] = {
        "iss": name,
        "sub": name,
        "aud": endpoint,
        "jti": secrets.token_hex(16),
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(str(client.get("secret"))))


def _endpoint(authority: str, given: dict[str, Any]) -> str:
    path = str((given.get("endpoints") or {}).get("token") or TOKEN_PATH)
    return path if "://" in path else f"{authority}/{path.lstrip('/')}"


async def _discovered(http: OutboundHttp, authority: str) -> str:
    answer = await send(http, Request("GET", f"{authority}/.well-known/openid-configuration"), safe=True)
    try:
        return str(json.loads(answer.body)["token_endpoint"])
    except (ValueError, KeyError, TypeError):
        raise Unauthenticated(f"{authority} does not say where its token endpoint is", code="oidc") from None


def _issuer(access: Any, issuers: list[Any]) -> None:
    """A token that says who issued it must name a listed issuer; an opaque one says nothing, and is the server's to judge."""
    try:
        middle = str(access).split(".")[1]
        issuer = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))).get("iss")
    except (IndexError, ValueError, AttributeError):
        return
    if issuers and issuer is not None and issuer not in issuers:
        raise Unauthenticated("the token was issued by somebody who is not among the issuers", code="oauth2")
