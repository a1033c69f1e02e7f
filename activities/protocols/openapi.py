"""``call: openapi``: an operation of an OpenAPI 3 or Swagger 2.0 document, found by its id and called by HTTP."""

from typing import Any
from urllib.parse import quote, urljoin

from symphainy.activities.protocols import authentication, secrets
from symphainy.activities.protocols.http import Reply
from symphainy.activities.protocols.request import SAFE, Output, Request, build, judge, shown, text
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.outside import Outside

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


class OpenApiCall(Message):
    """``with`` of ``call: openapi``."""

    document: Json
    operationId: str  # the specification's own word
    parameters: Json = None
    authentication: Json = None
    output: Output = "content"
    redirect: bool = False
    secrets: dict[str, tuple[str | int, ...]] = {}
    reveal: bool = False


def register(registry: Registry, outside: Outside) -> None:
    """One contract: which method an operation has is known only once the document is read, so it counts as an effect."""
    http, kept = outside.http, outside.secrets

    @capability(
        "core.openapi",
        input=OpenApiCall,
        output=Reply,
        determinism="effectful",
        effects=Effects(dedupe="none"),
        title="Call an OpenAPI operation",
    )
    async def call(step: Step[OpenApiCall]) -> Reply:
        """Read the document, find the operation, call it."""
        assert http is not None
        given = step.input
        if given.secrets:
            plain = given.model_dump(exclude={"secrets"})
            given = OpenApiCall.model_validate(await secrets.filled(plain, given.secrets, kept, step.context.tenant))
        endpoint = given.document.get("endpoint") if isinstance(given.document, dict) else given.document
        endpoint = endpoint if isinstance(endpoint, dict) else {"uri": endpoint}
        document = await read_document(http, endpoint)
        request = operation(document, given.operationId, given.parameters or {}, str(endpoint["uri"]))
        safe = request.method in SAFE
        sent, answer, credential = await authentication.exchange(http, request, given.authentication, safe=safe)
        judge(sent, answer, redirect=given.redirect)
        shows = credential.as_value() if credential and given.reveal else None
        return Reply(value=shown(sent, answer, given.output), authorization=shows)

    registry.register(call)


async def read_document(http: OutboundHttp, endpoint: dict[str, Any]) -> dict[str, Any]:
    """The document behind an endpoint, JSON or YAML."""
    if not isinstance(endpoint.get("uri"), str):
        raise Invalid("document.endpoint is no URI", code="arguments")
    request = build("GET", endpoint["uri"], headers={"Accept": "application/json, application/yaml"})
    sent, answer, _ = await authentication.exchange(http, request, endpoint.get("authentication"), safe=True)
    judge(sent, answer, redirect=False)
    source = load(answer.body.decode(errors="replace"))
    if source.faults or not isinstance(source.value, dict) or not isinstance(source.value.get("paths"), dict):
        raise Invalid(f"{endpoint['uri']} holds no OpenAPI document", code="openapi")
    return dict(source.value)


def operation(document: dict[str, Any], name: str, given: Any, where: str) -> Request:
    """The request of one operation; Invalid when there is none of that name, or a required parameter is missing."""
    if not isinstance(given, dict):
        raise Invalid("parameters must be an object", code="arguments")
    for path, item in document["paths"].items():
        for method in _METHODS if isinstance(item, dict) else ():
            found = item.get(method)
            if isinstance(found, dict) and found.get("operationId") == name:
                return _request(document, path, method, item, found, given, where)
    raise Invalid(f"the OpenAPI document has no operation '{name}'", code="openapi")


def _request(
    document: dict[str, Any],
    path: str,
    method: str,
    item: dict[str, Any],
    found: dict[str, Any],
    given: dict[str, Any],
    where: str,
) -> Request:
    declared = {
        (p["name"], p["in"]): p
        for p in _resolved(document, [*item.get("parameters", []), *found.get("parameters", [])])
    }
    places: dict[str, dict[str, Json]] = {
        place: {} for place in ("path", "query", "header", "cookie", "formData", "body")
    }
    for (name, place), parameter in declared.items():
        if name in given and place in places:
            places[place][name] = _styled(parameter, given[name]) if place == "query" else given[name]
        elif place == "path" or (parameter.get("required") and place != "body"):
            raise Invalid(f"the parameter '{name}' is required", code="arguments")
    for name, value in places["path"].items():
        path = path.replace("{" + name + "}", quote(_joined(value), safe=","))
    headers: dict[str, Json] = {name: _joined(value) for name, value in places["header"].items()}
    if places["cookie"]:
        headers["Cookie"] = "; ".join(f"{name}={_joined(value)}" for name, value in places["cookie"].items())
    rest = {name: value for name, value in given.items() if name not in {known for known, _ in declared}}
    body, kind = _body(found, places, rest)
    if body is not None:
        headers["Content-Type"] = kind
    return build(method, _base(document, item, found, where) + path, headers=headers, query=places["query"], body=body)


def _body(found: dict[str, Any], places: dict[str, dict[str, Json]], rest: dict[str, Json]) -> tuple[Json, str]:
    """What is sent as the body, and as what: form fields, Swagger's body parameter, or what no parameter has taken."""
    if places["formData"]:
        return places["formData"], "application/x-www-form-urlencoded"
    if places["body"]:
        return next(iter(places["body"].values())), "application/json"
    declared = found.get("requestBody")
    if not isinstance(declared, dict):
        return None, ""
    kinds = list((declared.get("content") or {}) or ["application/json"])
    kind = "application/json" if "application/json" in kinds else kinds[0]
    return rest.get("body", rest or None), kind


def _styled(parameter: dict[str, Any], value: Json) -> Json:
    """A query's value: a list repeats its name by OpenAPI's default and Swagger's ``multi``, else it is joined."""
    if "schema" in parameter or "explode" in parameter or "content" in parameter:
        explodes = bool(parameter.get("explode", parameter.get("style", "form") == "form"))
    else:
        explodes = parameter.get("collectionFormat") == "multi"
    return value if explodes and isinstance(value, list) else _joined(value)


def _resolved(document: dict[str, Any], parameters: list[Any]) -> list[dict[str, Any]]:
    """Parameters with the references that lead into this document followed."""
    made = []
    for parameter in parameters:
        ref = parameter.get("$ref", "") if isinstance(parameter, dict) else ""
        if ref.startswith("#/"):
            target: Any = document
            for part in ref[2:].split("/"):
                target = target.get(part.replace("~1", "/").replace("~0", "~"), {}) if isinstance(target, dict) else {}
            parameter = target
        if isinstance(parameter, dict) and {"name", "in"} <= set(parameter):
            made.append(parameter)
    return made


def _joined(value: Json) -> str:
    return ",".join(text(v) for v in value) if isinstance(value, list) else text(value)


def _base(document: dict[str, Any], item: dict[str, Any], found: dict[str, Any], where: str) -> str:
    """The server's address: OpenAPI's ``servers`` (relative ones count from the document), or Swagger's ``host``."""
    if "swagger" in document:
        own = urljoin(where, "/")
        schemes = found.get("schemes") or document.get("schemes") or [own.partition("://")[0]]
        scheme = "https" if "https" in schemes else str(schemes[0])
        host = document.get("host") or own.partition("://")[2].rstrip("/")
        return f"{scheme}://{host}{str(document.get('basePath', '')).rstrip('/')}"
    servers = found.get("servers") or item.get("servers") or document.get("servers") or [{"url": "/"}]
    url = str(servers[0].get("url", "/"))
    for name, variable in (servers[0].get("variables") or {}).items():
        url = url.replace("{" + name + "}", text(variable.get("default", "")))
    return urljoin(where, url).rstrip("/")
