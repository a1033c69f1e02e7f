"""External resources of the specification: a document behind an endpoint, fetched through the guarded way out, or inline as ``data:``."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote_to_bytes

from symphainy.activities.protocols import authentication
from symphainy.activities.protocols.request import build, judge
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp

LARGEST = 1 << 20
"""Bytes of an inline resource: as many as the way out takes of a fetched one by default."""


async def read_text(http: OutboundHttp | None, resource: Json) -> str:
    """The text of ``{endpoint: …}``; Invalid when there is no such place, Answered when its server refuses."""
    data = await read(http, _endpoint(resource))
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Invalid("the resource is no text in UTF-8", code="resource") from None


async def read_map(http: OutboundHttp | None, resource: Json, what: str, accept: str) -> dict[str, Any]:
    """The map, JSON or YAML, that a resource holds."""
    endpoint = _endpoint(resource)
    source = load((await read(http, endpoint, accept)).decode(errors="replace"))
    if source.faults or not isinstance(source.value, dict):
        raise Invalid(f"{shown(endpoint['uri'])} holds no {what}", code="resource")
    return dict(source.value)


async def read(http: OutboundHttp | None, endpoint: dict[str, Any], accept: str = "*/*") -> bytes:
    """The bytes behind an endpoint."""
    uri = str(endpoint["uri"])
    scheme = uri.partition(":")[0].lower() if ":" in uri else ""
    if scheme == "data":
        return inline(uri)
    if scheme not in ("http", "https"):
        raise Invalid(
            f"{shown(uri)} is no place that a run can read", code="resource",
            remedy="give an http(s) address, or the content inline as a data: URI; `symphainy run` does so with files beside it",
        )  # fmt: skip
    assert http is not None
    request = build("GET", uri, headers={"Accept": accept})
    sent, answer, _ = await authentication.exchange(http, request, endpoint.get("authentication"), safe=True)
    judge(sent, answer, redirect=False)
    return answer.body


def inline(uri: str) -> bytes:
    """The content of a ``data:`` URI (RFC 2397).

    >>> inline("data:text/plain;base64,aGk="), inline("data:,a%20b")
    (b'hi', b'a b')
    """
    head, comma, body = uri[5:].partition(",")
    if not comma or len(body) > LARGEST * 4 // 3 + 4:
        raise Invalid("this is no data: URI, or too large a one", code="resource")
    if not head.endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote_to_bytes(body), validate=True)
    except binascii.Error:
        raise Invalid("the data: URI is not base64", code="resource") from None


def shown(uri: str) -> str:
    """An address as an error may show it: without query, and no content of a data: URI."""
    return "the data: URI" if uri.startswith("data:") else uri.partition("?")[0][:200]


def _endpoint(resource: Json) -> dict[str, Any]:
    endpoint = resource.get("endpoint") if isinstance(resource, dict) else resource
    endpoint = endpoint if isinstance(endpoint, dict) else {"uri": endpoint}
    if not isinstance(endpoint.get("uri"), str):
        raise Invalid("the endpoint of the resource is no URI", code="arguments")
    return endpoint
