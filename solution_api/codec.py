"""``/codec/decode`` and ``/codec/encode``: histories in clear for permitted people, in the Temporal Web UI.

Who asks comes by bearer token, or by the session cookie of this host; a page of another origin than the Web UI's gets neither an
answer nor leave to read one. Every call is a decision at the door: decoding is reading.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from symphainy.foundations.experience.edge import bearer
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.experience.solution_models import EncodedPayloads
from symphainy.foundations.language.errors import Refused, Unauthenticated
from symphainy.solution_api.cookies import cookie_name
from symphainy.solution_api.parts import SolutionParts
from symphainy.solution_api.security import SCHEME, Parts, pass_door

router = APIRouter(prefix="/codec", tags=["codec"])
ALLOWED = "authorization,content-type,x-namespace"


def listed(request: Request, parts: Parts) -> str:
    """The request's origin if it may ask; empty for none (no browser); Refused for any other."""
    origin = request.headers.get("origin", "")
    if origin and origin not in parts.codec_origins:
        raise Refused(
            "this origin may not use the codec", code="origin", remedy="Open the Temporal Web UI at its own address."
        )
    return origin


async def reader(
    request: Request, parts: Parts, origin: Annotated[str, Depends(listed)], _: Annotated[object, Depends(SCHEME)]
) -> Caller:
    """Who asks: by bearer, or by cookie on a request that names a listed origin (so that no other page can use the cookie)."""
    sent = request.headers.getlist("authorization")
    if sent:
        return await identify(parts.guard, bearer.token(sent))
    cookie = request.cookies.get(cookie_name(request), "")
    if not cookie or not origin:
        raise Unauthenticated(
            "the codec answers people who are logged in", remedy="Log in at this address, then reload."
        )
    return await identify(parts.guard, cookie)


Reader = Annotated[Caller, Depends(reader)]
Origin = Annotated[str, Depends(listed)]
Namespace = Annotated[str | None, Header(alias="X-Namespace", max_length=256)]


@router.options("/{verb}", include_in_schema=False)
async def preflight(verb: str, origin: Origin) -> Response:
    """What a browser asks before it sends; only the listed origins are told yes."""
    return _open(Response(status_code=204), origin)


@router.post("/decode")
async def decode(
    body: EncodedPayloads, who: Reader, parts: Parts, origin: Origin, response: Response, namespace: Namespace = None
) -> EncodedPayloads:
    """Payloads in clear, for a reader of their tenant."""
    await _admit(parts, who, namespace)
    found = await parts.codec.decode([p.model_dump() for p in body.payloads], who.principal)
    _open(response, origin)
    return EncodedPayloads.model_validate({"payloads": found})


@router.post("/encode")
async def encode(
    body: EncodedPayloads, who: Reader, parts: Parts, origin: Origin, response: Response, namespace: Namespace = None
) -> EncodedPayloads:
    """Payloads encrypted for the caller's tenant: what the Web UI sends when somebody starts or signals from there."""
    await _admit(parts, who, namespace)
    found = await parts.codec.encode([p.model_dump() for p in body.payloads], who.principal)
    _open(response, origin)
    return EncodedPayloads.model_validate({"payloads": found})


async def _admit(parts: SolutionParts, who: Caller, namespace: str | None) -> None:
    if namespace is not None and namespace != parts.namespace:
        raise Refused(f"this codec serves the namespace {parts.namespace}", code="namespace")
    # "administer" is recorded also when allowed: who reads a history in clear leaves a decision.
    await pass_door(parts, who, "administer", "Tenant", who.tenant)


def _open(response: Response, origin: str) -> Response:
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Allow-Headers"] = ALLOWED
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Max-Age"] = "600"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Vary"] = "Origin"
    return response
