"""The second step of a deployment: every call of the folder's sagas is bound to a capability at a version."""

import asyncio
import json
from collections.abc import Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Conflict, NotFound
from symphainy.foundations.language.registers import SolutionRegister
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.models import Drafted, ToLink


def linker(
    catalog: Callable[[], Catalog], register: Callable[[], SolutionRegister]
) -> Callable[[Step[ToLink]], object]:
    """The capability over the catalog of this worker and the register."""

    @capability("solution.link", input=ToLink, output=Drafted, title="Link a solution")
    async def link(step: Step[ToLink]) -> Outcome[Drafted]:
        """Link a checked folder to the catalog: one sealed plan per intent. Conflict when the catalog has moved on meanwhile."""
        given, known = step.input, catalog()
        files = json.loads(await step.tools.read(given.folder))
        found = await asyncio.to_thread(load_solution, files, known)
        if found.definition is None or found.definition.digest != given.digest:
            raise Conflict("The folder is not what was checked.", remedy="Deploy it again.")
        await _still_there(step, register(), known)
        body = {
            "definition": found.definition.model_dump(mode="json"),
            "plans": {intent: plan.model_dump(mode="json") for intent, plan in found.plans.items()},
            "files": files,
        }
        # Keys keep their order: that of an author's own data is the order of the output, and belongs to the plan's digest.
        data = json.dumps(body, ensure_ascii=False).encode()
        draft = NewArtifact.of(data, media_type="application/json", name="draft.json")
        plans = {intent: plan.digest for intent, plan in sorted(found.plans.items())}
        return Outcome(Drafted(draft=draft.ref, plans=plans), artifacts=(draft,))

    return link


async def _still_there(step: Step[ToLink], register: SolutionRegister, known: Catalog) -> None:
    """A version that was kept before answers with the plans of then: what those call must still be there."""
    try:
        kept = await register.find(step.context.tenant, step.input.name, step.input.version)
    except NotFound:
        return
    gone = [ref for ref in kept.capabilities if known.find(ref) is None]
    if gone and kept.digest == step.input.digest:
        raise Conflict(
            f"{kept.name} {kept.version} was linked to what is no more: {', '.join(gone)}.",
            code="capabilities_gone",
            remedy="Give the solution a new version: it is linked anew.",
        )
