"""``/api/definitions``: check, draw, register and read definitions. A registered version never changes."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Response

from symphainy.foundations.definitions.compile import Compiled, compile_text
from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.graph import mermaid
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.experience.solution_models import (
    Definition,
    DefinitionGiven,
    Definitions,
    DefinitionText,
    Finding,
    Graph,
    Validation,
)
from symphainy.foundations.language.errors import Invalid
from symphainy.solution_api.parts import DefinitionRecord, SolutionParts
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/definitions", tags=["definitions"])
Part = Annotated[str, Path(max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")]


@router.post("/validate")
async def validate(body: DefinitionText, who: Who, parts: Parts) -> Validation:
    """Check a definition; nothing is kept. Also one with errors is answered 200: the answer is the list."""
    await pass_door(parts, who, "read", "Definition", "*")
    found = await compiled(parts, body)
    plan = found.plan
    return Validation(
        valid=plan is not None, digest=plan.digest if plan else None, definition=plan.definition if plan else None,
        diagnostics=findings(found.diagnostics),
    )  # fmt: skip


@router.post("/graph")
async def graph(body: DefinitionText, who: Who, parts: Parts) -> Graph:
    """A definition as a Mermaid flowchart."""
    await pass_door(parts, who, "read", "Definition", "*")
    found = await compiled(parts, body)
    return Graph(mermaid=mermaid(_plan(found)))


@router.post("", status_code=201)
async def register(body: DefinitionGiven, who: Who, parts: Parts, response: Response) -> Definition:
    """Register a version: 201, or 200 when exactly this one stands already; 409 when the version stands with another content.

    What the newest version says under ``schedule`` is done from then on.
    """
    plan = _plan(await compiled(parts, body))
    await pass_door(parts, who, "deploy", "Definition", plan.definition)
    new = await parts.definitions.register(who.tenant, plan, body.text, who.principal.id, scheduled=body.scheduled)
    response.status_code = 201 if new else 200
    return _definition(await parts.definitions.get(who.tenant, plan.definition))


@router.get("")
async def definitions(who: Who, parts: Parts) -> Definitions:
    """All registered versions, newest first."""
    await pass_door(parts, who, "read", "Definition", "*")
    return Definitions(items=tuple(_definition(row) for row in await parts.definitions.all(who.tenant)))


@router.get("/{namespace}/{name}/{version}")
async def get(namespace: Part, name: Part, version: Part, who: Who, parts: Parts) -> Definition:
    """One version, with its text."""
    await pass_door(parts, who, "read", "Definition", f"{namespace}/{name}:{version}")
    row = await parts.definitions.get(who.tenant, f"{namespace}/{name}:{version}")
    return _definition(row, text=row.source)


@router.get("/{namespace}/{name}/{version}/graph")
async def graph_of(namespace: Part, name: Part, version: Part, who: Who, parts: Parts) -> Graph:
    """A registered version as a Mermaid flowchart."""
    await pass_door(parts, who, "read", "Definition", f"{namespace}/{name}:{version}")
    row = await parts.definitions.get(who.tenant, f"{namespace}/{name}:{version}")
    return Graph(mermaid=mermaid(await parts.definitions.plan(who.tenant, row.plan_digest)))


async def compiled(parts: SolutionParts, body: DefinitionText) -> Compiled:
    """Compile off the event loop: a large definition takes a while, and others wait for answers."""
    catalog, _ = await parts.catalog.current()
    return await asyncio.to_thread(compile_text, body.text, file=body.file, catalog=catalog, checks=parts.checks)


def findings(found: tuple[Diagnostic, ...]) -> tuple[Finding, ...]:
    """Diagnostics, as the wire has them."""
    return tuple(Finding(**d.model_dump()) for d in found)


def refuse(found: tuple[Diagnostic, ...], what: str) -> Invalid:
    """The refusal of a text that does not compile: all diagnostics, so that one round mends all."""
    errors = [d for d in found if d.severity == "error"]
    first = f": {errors[0]}" if errors else ""
    return Invalid(
        f"the {what} has {len(errors)} errors{first}", code="diagnostics", remedy="Correct the named places.",
        diagnostics=[d.model_dump() for d in found],
    )  # fmt: skip


def _plan(found: Compiled) -> Plan:
    if found.plan is None:
        raise refuse(found.diagnostics, "definition")
    return found.plan


def _definition(row: DefinitionRecord, text: str | None = None) -> Definition:
    return Definition(
        namespace=row.namespace, name=row.name, version=row.version, digest=row.plan_digest, created_at=row.created_at,
        created_by=row.created_by, text=text,
    )  # fmt: skip
