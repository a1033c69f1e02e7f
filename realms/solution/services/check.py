"""The first step of a deployment: is the folder good, and what would it replace?"""

import asyncio
import json
from collections.abc import Callable, Mapping

from symphainy.foundations.curator import capability
from symphainy.foundations.definitions.solution import CompiledSolution, SolutionDefinition, load_solution
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.registers import SolutionRegister
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.models import Folder, ToDeploy


def checker(
    catalog: Callable[[], Catalog], register: Callable[[], SolutionRegister]
) -> Callable[[Step[ToDeploy]], object]:
    """The capability over the catalog of this worker and the register."""

    @capability("solution.check", input=ToDeploy, output=Folder, title="Check a solution")
    async def check(step: Step[ToDeploy]) -> Outcome[Folder]:
        """Compile a solution folder, handed over or in the register already. Invalid, with every diagnostic, when it has errors."""
        files = await _files(step, register())
        found = await asyncio.to_thread(load_solution, files, catalog())
        definition = _good(found)
        standing = await register().standing(step.context.tenant, definition.name)
        kept = NewArtifact.of(_json(files), media_type="application/json", name=f"{definition.name}.json")
        output = Folder(
            name=definition.name, version=definition.version, digest=definition.digest, folder=kept.ref,
            replaces=standing.digest if standing else None,
        )  # fmt: skip
        return Outcome(output, artifacts=(kept,))

    return check


async def _files(step: Step[ToDeploy], register: SolutionRegister) -> dict[str, str]:
    given = step.input
    if bool(given.name) == bool(given.files):
        raise Invalid(
            "Name a solution of the register, or hand over its files; exactly one of both.",
            remedy='{"name": "claims", "version": "1.0.0"}, or {"files": {"solution.yaml": "…"}}',
        )
    if given.files:
        return given.files
    return (await register.find(step.context.tenant, given.name or "", given.version)).files


def _good(found: CompiledSolution) -> SolutionDefinition:
    if found.definition is None:
        errors = [each for each in found.diagnostics if each.severity == "error"]
        raise Invalid(
            f"the solution has {len(errors)} errors; the first: {errors[0]}", code="solution_errors",
            remedy="validate it, and mend what is named", diagnostics=[each.model_dump(mode="json") for each in found.diagnostics],
        )  # fmt: skip
    return found.definition


def _json(files: Mapping[str, str]) -> bytes:
    """The folder's one form, so that equal folders are one artifact."""
    return json.dumps(files, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
