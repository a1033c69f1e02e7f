"""No step reaches another tenant's bytes, whatever its arguments name: the platform is nobody's deputy (RELIABILITY.md 4.A.7)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from symphainy.activities.tools import Toolbox
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects

from ..governance.parts import CONTRACT, step_call

SECRET = b"what only umbrella may read"


@pytest.fixture
async def objects(tmp_path: Path) -> LocalObjects:
    found = LocalObjects(tmp_path)
    await found.put(f"umbrella/{ArtifactRef.of(SECRET).key}", SECRET)
    return found


def toolbox(objects: LocalObjects, asked: list[str]) -> Toolbox:
    async def search(call: StepCall, contract: Contract, query: str, limit: int, documents: Sequence[str]) -> list[Any]:
        asked.append(call.tenant)
        return []

    async def nothing(*given: Any) -> Any:
        asked.append(given[0].tenant)

    return Toolbox(objects, search, None, nothing, nothing, nothing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "prefix",
    ["", "../umbrella/", "../../umbrella/", "x/../../umbrella/", "/umbrella/", "..%2fumbrella/", "..\\umbrella\\"],
)
async def test_a_reference_of_another_tenant_leads_nowhere(objects: LocalObjects, prefix: str) -> None:
    ref = ArtifactRef.of(SECRET)
    given = ref.model_copy(update={"key": prefix + ref.key})
    async with toolbox(objects, []).open(step_call(tenant="acme"), CONTRACT) as tools:
        for read in (tools.read, tools.fetch):
            with pytest.raises(SymphainyError):
                await read(given)
    async with toolbox(objects, []).open(step_call(tenant="umbrella"), CONTRACT) as tools:
        assert await tools.read(ref) == SECRET


async def test_search_and_citations_are_of_the_steps_own_tenant(objects: LocalObjects) -> None:
    asked: list[str] = []
    async with toolbox(objects, asked).open(step_call(tenant="acme"), CONTRACT) as tools:
        await tools.search("x", documents=["doc_of_umbrella"])
        await tools.cited("doc_of_umbrella", "0" * 64)
    assert asked == ["acme", "acme"]
