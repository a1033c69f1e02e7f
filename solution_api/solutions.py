"""``/api/solutions``: hand in a Solution Definition, deploy it, look at it, take it off."""

import asyncio
import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.experience.edge import prefer, strict_json
from symphainy.foundations.experience.solution_models import Deploy, Folder, Scenarios, Solution, Solutions, VersionName
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Conflict, Unavailable, rebuilt
from symphainy.foundations.language.model import Json
from symphainy.runtime.solutions import Deployment, SolutionDraft
from symphainy.runtime.solutions import Solution as Stored
from symphainy.solution_api import zips
from symphainy.solution_api.definitions import findings, refuse
from symphainy.solution_api.parts import SolutionParts
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/solutions", tags=["solutions"])
Name = Annotated[str, Path(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", description="Asking twice under one key does it once.")]
PATIENCE = 30.0
"""Seconds that a request waits for the saga behind it; one takes about half a second."""
_TAKES = {
    "application/json": {"schema": Folder.model_json_schema()},
    "application/zip": {"schema": {"type": "string", "format": "binary"}},
}
_BODY = {"requestBody": {"required": True, "content": _TAKES}}


@router.post("", status_code=201, openapi_extra=_BODY)
async def create(request: Request, who: Who, parts: Parts) -> Solution:
    """Hand in a folder, as a map path → text or as a zip: all of it is checked, then it is stored by digest.

    422 carries every diagnostic; 409: this version stands with another content. Handing in the same again is the same.
    """
    files = await _files(request, parts)
    catalog, _ = await parts.catalog.current()
    found = await asyncio.to_thread(load_solution, files, catalog, parts.checks)
    if found.definition is None:
        raise refuse(found.diagnostics, "solution")
    await pass_door(parts, who, "deploy", "Definition", f"{found.definition.name}:{found.definition.version}")
    stored = await parts.solutions.create(who.tenant, SolutionDraft.of(found, files), who.principal.id)
    return _solution(stored, None, found.diagnostics)


@router.get("")
async def solutions(who: Who, parts: Parts) -> Solutions:
    """All versions of the tenant's solutions, and which of them are deployed."""
    await pass_door(parts, who, "read", "Definition", "*")
    live = {d.name: d for d in await parts.solutions.deployed(who.tenant)}
    return Solutions(items=tuple(_solution(s, live.get(s.name)) for s in await parts.solutions.all(who.tenant)))


@router.get("/{name}")
async def get(name: Name, who: Who, parts: Parts, version: VersionName | None = None) -> Solution:
    """One solution: the version named, or the newest."""
    await pass_door(parts, who, "read", "Definition", name)
    live = {d.name: d for d in await parts.solutions.deployed(who.tenant)}
    return _solution(await parts.solutions.find(who.tenant, name, version), live.get(name))


@router.get("/{name}/scenarios")
async def scenarios(name: Name, who: Who, parts: Parts) -> Scenarios:
    """Its rehearsals, as their author wrote them."""
    await pass_door(parts, who, "read", "Definition", name)
    files = (await parts.solutions.find(who.tenant, name)).files
    return Scenarios(items={path: text for path, text in files.items() if path.startswith("scenarios/")})


@router.post("/{name}/deploy")
async def deploy(name: Name, body: Deploy, who: Who, parts: Parts, key: Key = None) -> Solution:
    """Make a stored version answer: its intents can be submitted, and its experience is bound. Running executions keep their plan.

    It is the saga ``solution.deploy``: this waits for its end. 503 if that takes longer: it goes on, and may be asked for again.
    """
    await pass_door(parts, who, "deploy", "Definition", name)
    stored = await parts.solutions.find(who.tenant, name, body.version)
    await _done(parts, who, "solution.deploy", {"name": name, "version": stored.version}, key)
    live = next((d for d in await parts.solutions.deployed(who.tenant) if d.name == name), None)
    return _solution(stored, live)


@router.delete("/{name}/deploy", status_code=204)
async def undeploy(name: Name, who: Who, parts: Parts, key: Key = None) -> Response:
    """Withdraw it: new intents find nothing, running executions go on. It is the saga ``solution.withdraw``."""
    await pass_door(parts, who, "deploy", "Definition", name)
    await _done(parts, who, "solution.withdraw", {"name": name}, key)
    return Response(status_code=204)


async def _done(parts: SolutionParts, who: Who, kind: str, payload: dict[str, Json], key: str | None) -> None:
    """Submit, and wait until it is done; raises what it failed with."""
    intent = Intent(type=kind, payload=payload, source="api")
    found = await parts.runtime.submit(intent, who.session, key=prefer.key(key) or str(uuid.uuid4()))
    ended = await parts.runtime.result(who.session, found.execution_id, wait=PATIENCE)
    if not ended.closed:
        raise Unavailable(
            f"{kind} is still {ended.status} after {PATIENCE:.0f} s; it goes on as {found.execution_id}",
            remedy=f"follow GET /api/executions/{found.execution_id}",
        )
    if ended.problem is not None:
        raise rebuilt(ended.problem)
    if ended.status != "completed":
        raise Conflict(
            f"{kind} was {ended.status}, and what it had done was taken back", code=f"execution_{ended.status}"
        )


async def _files(request: Request, parts: SolutionParts) -> dict[str, str]:
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/zip"):
        return await asyncio.to_thread(zips.unpack, body, parts.limits.unpacked)
    try:
        return Folder.model_validate(strict_json.loads(body)).files
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None


def _solution(stored: Stored, live: Deployment | None, found: tuple[Diagnostic, ...] = ()) -> Solution:
    return Solution(
        name=stored.name, version=stored.version, digest=stored.digest, title=stored.title,
        status="deployed" if live is not None and live.digest == stored.digest else "stored",
        intents={kind: to.plan_digest for kind, to in stored.routes.items()},
        bindings=tuple(b.model_dump(mode="json") for b in stored.bindings), diagnostics=findings(found),
    )  # fmt: skip
