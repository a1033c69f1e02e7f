"""``/v1/{solution}/…``: what a deployed solution has bound to REST, resolved at each request from the register.

No route is added or removed when a solution comes or goes: the register is the truth, whichever process answers.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from symphainy.experience_api import bound_openapi, submitting
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.bindings import RestBinding, match
from symphainy.foundations.experience.edge import strict_json
from symphainy.foundations.experience.models import Accepted, Result
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import DomainError, NotFound
from symphainy.foundations.language.model import Json
from symphainy.runtime.solutions import Deployment

router = APIRouter(prefix="/v1", tags=["solutions"])
Solution = Annotated[str, Path(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


@router.get("/{solution}/openapi.json")
async def openapi(solution: Solution, who: Who, parts: Parts) -> dict[str, Json]:
    """The OpenAPI document of one solution's bindings, with the schemas of its own intents."""
    deployed = await parts.solutions.deployment(who.tenant, solution)
    stored = await parts.solutions.get(who.tenant, deployed.digest)
    plans = {kind: await parts.plans.plan(who.tenant, to.plan_digest) for kind, to in stored.routes.items()}
    return bound_openapi.document(deployed, stored.title, rest(deployed), plans)


@router.api_route("/{solution}/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def bound(
    solution: Solution, path: str, request: Request, who: Who, parts: Parts, response: Response,
    key: submitting.Key = None, waiting: submitting.Prefer = None,
) -> Accepted | Result:  # fmt: skip
    """Submit the intent that the solution has bound to this method and path."""
    deployed = await parts.solutions.deployment(who.tenant, solution)
    binding, given = match(rest(deployed), request.method, "/" + path)
    if binding is None:
        raise NotFound(f"the solution {solution} binds nothing to {request.method} /{path}", code="not_bound")
    payload = await _payload(request, binding, given)
    intent = Intent(type=binding.intent, payload=payload, source="api", solution=solution)
    prefer = waiting or (f"wait={binding.wait}" if binding.wait else None)
    return await submitting.submit(parts, who, response, intent, key=key, waiting=prefer)


def rest(deployed: Deployment) -> list[RestBinding]:
    """The REST bindings of a deployment, in its order."""
    return [
        RestBinding.of(each.name, each.intent, each.about)
        for each in deployed.bindings
        if each.kind == "rest" and each.intent
    ]


async def _payload(request: Request, binding: RestBinding, given: dict[str, str]) -> dict[str, Json]:
    """Body, query and path in one object; what the path says wins, for it chose the resource."""
    body = await request.body()
    found = strict_json.loads(body) if body else {}
    if not isinstance(found, dict):
        raise DomainError("the body is a JSON object: the intent's payload", code="body")
    query = {name: _one(request.query_params.getlist(name), name) for name in request.query_params}
    return {**found, **query, **given}


def _one(values: list[str], name: str) -> str:
    if len(values) > 1:
        raise DomainError(f"the parameter {name[:64]!r} stands twice", code="query")
    return values[0]
