"""The insurance migration, walked by the machine with the real capabilities: mapped, approved, mashed and checked part by part."""

import asyncio
from pathlib import Path
from typing import Any

import duckdb
from support.machine_driver import Driver
from support.portfolio import COPYBOOK, FIELDS, claims, given, policies

from symphainy.foundations.curator import Registry, read_catalog
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.public_works.pools import ComputePool
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.content.services.decode import Layout, Place, part
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.insights.models.match import ToMatch
from symphainy.realms.insights.services.match import matched

SOLUTION = Path(__file__).parents[2] / "solutions" / "migration"
COUNT, PART = 1_200, 600


class Desk:
    """The platform's people, with a memory; one of them decides as soon as she is asked, each time the next thing."""

    def __init__(self, *choices: tuple[str, Any]) -> None:
        self.choices, self.shown, self.proposals = list(choices), {}, list[Any]()

    def ask(self, given: Any) -> Any:
        self.task, self.shown = given["task_id"], given["show"]
        self.proposals.append(self.shown)
        return {"task_id": self.task, "shown_digest": "d"}

    def decide(self, given: Any) -> Any:
        settled = "approved" if given["choice"] == "approve" else "rejected"
        return {"by": given["principal"], "choice": given["choice"], "value": given["value"], "settled": settled}

    def close(self, given: Any) -> Any:
        return {"task_id": given["task_id"]}


def walked(run: Any, tools: Any, knowledge: Path, *choices: tuple[str, Any]) -> tuple[Any, Desk, list[str]]:
    """The saga from its beginning to its end."""
    registry, desk = Registry(), Desk(*choices)
    Content().register(registry)
    Insights().register(registry)
    files = {str(path.relative_to(SOLUTION)): path.read_text() for path in SOLUTION.rglob("*") if path.is_file()}
    compiled = load_solution(files, read_catalog())
    (plan,) = compiled.plans.values()

    class Functions(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            return lambda given: asyncio.run(run(registry.function(name), given)).model_dump(mode="json")

    functions = Functions({f"people.{verb}": getattr(desk, verb) for verb in ("ask", "decide", "close")})
    driver = Driver(plan, functions, asked(tools, knowledge))

    def propose(d: Driver) -> Any:
        if desk.choices and not d.open and any(frame.data.get("open") for frame in d.machine.state.frames.values()):
            choice, value = desk.choices.pop(0)
            about = {"shown_digest": "d", "id": str(len(desk.choices))}
            sent = {"principal": "bob", "choice": choice, "value": value, **about}
            return d.machine.proposed(sent | {"task_id": desk.task}, d.machine.now)
        return None

    driver.on_event = propose
    ending = driver.run()
    return ending, desk, [path for path, _ in driver.log]


def asked(tools: Any, knowledge: Path) -> dict[str, Any]:
    kept = (
        tools.keep(b"".join(policies(COUNT)), name="policies.dat"),
        tools.keep(claims(COUNT), name="claims.xlsx"),
        tools.keep((knowledge / "policy.pdf").read_bytes(), name="policy.pdf", media_type="application/pdf"),
    )
    return given(*(ref.model_dump() for ref in kept), part=PART)


def test_policies_become_one_checked_data_set(run, tools, knowledge):
    ending, desk, calls = walked(run, tools, knowledge, ("approve", None))
    assert ending.status == "completed", ending.error
    found = ending.output
    proposed = {column["name"]: column for column in desk.shown["columns"]}
    assert proposed["policy_number"]["column"] == "policies.POL_NO" and proposed["policy_number"]["required"]
    assert proposed["insured_name"]["concat"] == ["policies.INSD_FIRST_NM", "policies.INSD_LAST_NM"]
    assert proposed["effective_date"]["format"] == "%Y%m%d", (
        "a day that does not exist does not hide how days are spelled"
    )
    assert (found["rows"], found["rejected"]) == (COUNT - 1, 1)
    parts = [str(tools.folder / part["sha256"]) for part in found["parts"]]
    assert len(parts) == 2
    total, sum_of, joined = duckdb.sql(
        f"SELECT count(DISTINCT policy_number), count(effective_date), count(claim_amount) FROM read_parquet({parts})"
    ).fetchall()[0]
    assert (total, sum_of, joined) == (COUNT - 1, COUNT - 1, COUNT // 100 - 1), "the rejected one has a claim"
    rejects = [str(tools.folder / part["sha256"]) for part in found["rejects"]]
    assert duckdb.sql(f"SELECT DISTINCT _reason FROM read_parquet({rejects})").fetchall() == [
        ("effective_date: no date",)
    ]
    assert len(calls) == len(set(calls)), "no step runs twice"
    assert all(0.9 < score <= 1 for score in found["scores"])
    assert tools.ruled["policies", "POL_NO", "policy_number"].accepted, "what was approved is remembered"
    assert not any(target == "insured_name" for _, _, target in tools.ruled), "half of a name is no name"


async def test_one_process_of_the_platforms_pool_takes_all_libraries_of_the_way(tmp_path):
    file, part_file = tmp_path / "policies.dat", tmp_path / "part.parquet"
    file.write_bytes(b"".join(policies(PART)))
    pool = ComputePool(1)
    try:
        data, told = await pool.run(part, str(file), COPYBOOK, Layout(), Place(offset=0, record=0), PART)
        part_file.write_bytes(data)
        sides = {"source": {"data": ArtifactRef.of(data, name="part.parquet")}, "target": {"fields": FIELDS}}
        found, _ = await pool.run(matched, ToMatch.model_validate(sides), str(part_file), None)
    finally:
        await pool.close()
    assert told["count"] == PART and len(found.pairs) >= 5


def test_a_rejected_mapping_moves_no_policy(run, tools, knowledge):
    """And what is named as wrong is proposed otherwise, then and the next time."""
    ending, desk, calls = walked(run, tools, knowledge, ("reject", {"wrong": ["state"]}), ("reject", None))
    assert ending.status == "faulted" and ending.error["title"] == "The mapping was rejected"
    assert not any("/mash" in path for path in calls)
    first, second = ({column["name"]: column for column in shown["columns"]} for shown in desk.proposals)
    assert first["state"]["column"] == "policies.STATE_CD"
    assert second.get("state", {}).get("column") != "policies.STATE_CD" and second.keys() >= first.keys() - {"state"}
    assert set(tools.ruled) == {("policies", "STATE_CD", "state")}
