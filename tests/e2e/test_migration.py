"""The insurance migration over HTTP: mainframe records, a workbook and a PDF go in; a person approves; checked parts come out."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from e2e.test_approvals import approver, asked
from support.instance import Running
from support.portfolio import COPYBOOK, claims, given, policies
from support.sagas import ended, story

from symphainy.foundations.experience import SymphainyClient

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
COUNT, PART = 1_000, 500
pytestmark = pytest.mark.timeout(180)


async def sent(client: SymphainyClient, folder: Path) -> dict[str, Any]:
    """The three files, uploaded, and what the migration is asked."""
    (folder / "policies.dat").write_bytes(b"".join(policies(COUNT)))
    (folder / "claims.xlsx").write_bytes(claims(COUNT))
    files = (folder / "policies.dat", folder / "claims.xlsx", SOLUTIONS / "first" / "knowledge" / "policy.pdf")
    refs = [(await client.upload(file)).artifact.model_dump(mode="json") for file in files]
    return given(*refs, part=PART)


async def test_a_portfolio_is_migrated_once_a_person_has_approved_the_mapping(running: Running, tmp_path: Path) -> None:
    async with await running.login() as ann:
        tenant = (await ann.session()).tenant
        async with (
            await running.login(tenant, "bob") as bob,
            httpx2.AsyncClient(base_url=running.experience_url) as http,
        ):
            await approver(ann, bob)
            created = await ann.solution.create(SOLUTIONS / "migration")
            await ann.solution.deploy(created.name, created.version)
            http.headers["Authorization"] = f"Bearer {ann.token}"
            payload = await sent(ann, tmp_path)
            answer = await http.post("/v1/migration/run", json=payload, timeout=60)
            assert answer.status_code == 202, answer.text
            execution = answer.json()["execution_id"]
            task = await asked(bob, execution)
            shown = {column["name"]: column for column in task.show["columns"]}
            assert shown["insured_name"]["concat"] == ["policies.INSD_FIRST_NM", "policies.INSD_LAST_NM"]
            await bob.decide(task.task_id, "reject", {"wrong": ["state"]}, shown_digest=task.shown_digest)
            task = await asked(bob, execution)
            again = {column["name"]: column for column in task.show["columns"]}
            assert shown["state"]["column"] == "policies.STATE_CD" and again.get("state") != shown["state"]
            await bob.decide(task.task_id, "approve", shown_digest=task.shown_digest)
            found = (await ended(ann, execution)).output
        assert (found["rows"], found["rejected"], len(found["parts"])) == (COUNT - 1, 1, 2)
        assert found["unmatched"] == COUNT - COUNT // 100 and all(score > 0.9 for score in found["scores"])
        assert found["wording"]["pages"] == 5
        paths = [path for kind, path in await story(ann, execution) if kind == "step.completed"]
        assert len(paths) == len(set(paths)), "no step is done twice"
        graph = await ann.solution.lineage(f"artifact:{found['parts'][1]['sha256']}")
        came = {edge.source for edge in graph.edges}
        assert {f"artifact:{payload[name]['sha256']}" for name in ("policies", "claims")} <= came


async def test_records_become_parquet_by_their_copybook(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "policies.dat"
    file.write_bytes(b"".join(policies(500)))
    async with await running.login() as client:
        uploaded = await client.upload(file)
        told = await client.decode(uploaded.artifact, COPYBOOK, wait=60)
        assert told.status == "completed", told
        assert (told.output["records"], told.output["malformed"]) == (500, 0)
        (part,) = told.output["parts"]
        assert part["media_type"] == "application/vnd.apache.parquet"
        refused = await client.decode(uploaded.artifact, "this is no copybook", wait=60)
        assert refused.status == "faulted"
        assert refused.error.code.startswith("copybook.")
