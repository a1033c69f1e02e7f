"""The client of the Solution plane: capabilities, definitions, solutions, status."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import httpx2

from symphainy.foundations.experience.governing import Governing
from symphainy.foundations.experience.http import Http, Tokens
from symphainy.foundations.experience.library import Library
from symphainy.foundations.experience.models import Execution, Executions, Status
from symphainy.foundations.experience.solution_models import (
    CatalogView,
    DecisionRecords,
    Definition,
    DefinitionGiven,
    Definitions,
    DefinitionText,
    Deploy,
    Folder,
    Graph,
    LineageGraph,
    PlaneStatus,
    Scenarios,
    Settle,
    Settled,
    Solution,
    Solutions,
    Validation,
    WorkItem,
    WorkItems,
)
from symphainy.foundations.experience.tasks import Tasks
from symphainy.foundations.experience.webhooks import Webhooks
from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.foundations.language.model import Json


class SolutionClient(Tasks, Webhooks, Governing, Library):
    """One user's view of the Solution plane."""

    def __init__(
        self, base_url: str = "http://127.0.0.1:7301", token: str | None = None,
        *, tokens: Tokens | None = None, transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._http = Http(base_url, tokens or Tokens(token), transport=transport)

    async def status(self) -> PlaneStatus:
        """The planes, the roll of the city, the realms."""
        return await self._http.get("/api/status", PlaneStatus)

    async def capabilities(self) -> CatalogView:
        """What the workers have published."""
        return await self._http.get("/api/capabilities", CatalogView)

    async def validate(self, text: str, file: str = "definition.yaml") -> Validation:
        """Check a definition; nothing is kept."""
        return await self._http.post(
            "/api/definitions/validate", Validation, DefinitionText(text=text, file=file), repeat=True
        )

    async def graph(self, text: str, file: str = "definition.yaml") -> Graph:
        """A definition as a Mermaid diagram."""
        return await self._http.post("/api/definitions/graph", Graph, DefinitionText(text=text, file=file), repeat=True)

    async def register(self, text: str, file: str = "definition.yaml", *, scheduled: bool = True) -> Definition:
        """Register a definition's version; Conflict when the version exists with another text. ``scheduled``: keep its schedule."""
        body = DefinitionGiven(text=text, file=file, scheduled=scheduled)
        return await self._http.post("/api/definitions", Definition, body, repeat=True)

    async def definitions(self) -> Definitions:
        """What is registered."""
        return await self._http.get("/api/definitions", Definitions)

    async def definition(self, namespace: str, name: str, version: str) -> Definition:
        """One version."""
        return await self._http.get(f"/api/definitions/{namespace}/{name}/{version}", Definition)

    async def create(self, folder: Path | Mapping[str, str]) -> Solution:
        """Hand in a solution folder; Invalid with all diagnostics when it does not pass."""
        files = dict(folder) if isinstance(folder, Mapping) else read_folder(folder)
        return await self._http.post("/api/solutions", Solution, Folder(files=files), repeat=True)

    async def deploy(self, name: str, version: str | None = None) -> Solution:
        """Deploy what was handed in: its intents can be submitted, then its experience is bound."""
        return await self._http.post(f"/api/solutions/{name}/deploy", Solution, Deploy(version=version), repeat=True)

    async def undeploy(self, name: str) -> None:
        """Take it off: running executions go on, new intents find nothing."""
        await self._http.request("DELETE", f"/api/solutions/{name}/deploy")

    async def solutions(self) -> Solutions:
        """All of the tenant's."""
        return await self._http.get("/api/solutions", Solutions)

    async def solution(self, name: str) -> Solution:
        """One."""
        return await self._http.get(f"/api/solutions/{name}", Solution)

    async def scenarios(self, name: str) -> Scenarios:
        """Its rehearsals."""
        return await self._http.get(f"/api/solutions/{name}/scenarios", Scenarios)

    async def executions(
        self, *, status: Status | None = None, solution: str = "", mine: bool = False, limit: int = 50,
        after: str | None = None,
    ) -> Executions:  # fmt: skip
        """A page of the tenant's executions, newest first; Refused for who may only see their own (``mine``)."""
        told = {"status": status, "solution": solution, "mine": mine, "limit": limit, "after": after}
        params = {name: value for name, value in told.items() if value}
        return await self._http.get("/api/executions", Executions, params=params)

    async def execution(self, execution_id: str) -> Execution:
        """One execution with its steps; NotFound also for another tenant's."""
        return await self._http.get(f"/api/executions/{execution_id}", Execution)

    async def execution_graph(self, execution_id: str) -> Graph:
        """The plan that an execution follows, as a Mermaid diagram."""
        return await self._http.get(f"/api/executions/{execution_id}/graph", Graph)

    async def cancel(self, execution_id: str) -> Execution:
        """Ask it to stop and to undo what it has done."""
        return await self._http.post(f"/api/executions/{execution_id}/cancel", Execution, repeat=True)

    async def suspend(self, execution_id: str) -> Execution:
        """Let no further task of it begin until ``resume``."""
        return await self._http.post(f"/api/executions/{execution_id}/suspend", Execution, repeat=True)

    async def resume(self, execution_id: str) -> Execution:
        """Let a suspended one go on."""
        return await self._http.post(f"/api/executions/{execution_id}/resume", Execution, repeat=True)

    async def work(self, execution_id: str = "") -> tuple[WorkItem, ...]:
        """Open work items: what needs a person."""
        params = {"execution": execution_id} if execution_id else {}
        return (await self._http.get("/api/work", WorkItems, params=params)).items

    async def settle(self, item_id: str, resolution: Literal["retry", "undone", "kept"], note: str = "") -> Settled:
        """Settle a work item; safe to repeat. Conflict when it is settled, Invalid when it cannot be retried."""
        body = Settle(item_id=item_id, resolution=resolution, note=note)
        return await self._http.post("/api/work/settle", Settled, body, repeat=True)

    async def decisions(self, execution_id: str) -> tuple[Json, ...]:
        """Why each step of an execution was allowed or refused."""
        return (await self._http.get(f"/api/executions/{execution_id}/decisions", DecisionRecords)).items

    async def lineage(self, value: str, direction: str = "back", depth: int = 20) -> LineageGraph:
        """What a value came from, or (``forward``) what came from it."""
        params = {"value": value, "direction": direction, "depth": str(depth)}
        return await self._http.get("/api/lineage", LineageGraph, params=params)

    async def set_roles(self, user_id: str, roles: list[str]) -> None:
        """Give and take roles; the next step knows."""
        await self._http.request("PATCH", f"/api/users/{user_id}", json={"roles": roles}, repeat=True)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()

    async def __aenter__(self) -> Self:
        """Nothing is connected before the first call."""
        return self

    async def __aexit__(self, *_: Any) -> None:
        """Close."""
        await self.close()


def read_folder(folder: Path) -> dict[str, str]:
    """The files of a solution folder by relative path; NotFound if it holds no ``solution.yaml``.

    Knowledge that is not text is named with an empty text: its bytes are uploaded as content, not kept in a definition.
    """
    if not (folder / "solution.yaml").is_file():
        raise NotFound(f"{folder} holds no solution.yaml", remedy="Name the folder that has it.")
    files: dict[str, str] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder)
        if any(part.startswith(".") for part in name.parts):
            continue
        try:
            files[name.as_posix()] = path.read_text("utf-8")
        except UnicodeDecodeError:
            if name.parts[0] != "knowledge":
                raise Invalid(f"{name} is not UTF-8 text", remedy="Only knowledge/ may hold other files.") from None
            files[name.as_posix()] = ""
    return files
