"""Rehearsals on the real server, journal, city and people, in a time of their own."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from symphainy.activities.rehearsal import Clock
from symphainy.bindings import works
from symphainy.bindings.platform import platform
from symphainy.bindings.rehearsal import Theatre
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.definitions.rehearsal.scenario import load_scenario
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings
from symphainy.worker import boundary, registry, workers

from .conftest import MASTER_KEY
from .servers import Server

pytestmark = pytest.mark.timeout(120)
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "rehearsal"
LEDGER = """
capabilities:
  a.do@1: {effects: {}, undo: a.undo}
  a.undo@1: {effects: {}}
  b.do@1: {effects: {}, undo: b.undo}
  b.undo@1: {effects: {}}
"""


@pytest.fixture
async def theatre(postgres_url: str, temporal: Server, tmp_path: Path, tenant: str) -> AsyncIterator[Theatre]:
    settings = Settings(
        data_dir=tmp_path, sql_url=postgres_url, temporal_address=f"127.0.0.1:{temporal.port}",
        master_key=base64.b64encode(MASTER_KEY).decode(),
    )  # fmt: skip
    pool = ExpressionPool()
    async with platform(settings, "rehearse", Clock()) as parts, works.outside(settings) as out:
        known = registry(parts, pool, out)
        yield Theatre(parts, await parts.temporal(), known, boundary, workers, prefix=tenant.removeprefix("t-"))
    pool.close()


async def rehearse(theatre: Theatre, text: str, scenario: str, **more: Any) -> dict[str, Any]:
    made, found = load_scenario(scenario)
    assert made is not None, found
    job = {"text": text, "file": "saga.yaml", "scenario": made.model_dump(mode="json", by_alias=True), **more}
    return await theatre.rehearse(job, lambda **_: None)


def saga(do: str) -> str:
    return "document: {dsl: 1.0.3, namespace: t, name: t, version: 1.0.0}\ndo:\n" + do


async def test_thirty_days_pass_in_seconds(theatre: Theatre) -> None:
    text, scenario = ((EXAMPLES / name).read_text() for name in ("claim.yaml", "paid-on-the-last-day.yaml"))
    told = await rehearse(theatre, text, scenario)
    assert told["wrong"] == [] and told["took"] < 10
    assert (told["began"], told["ended"]) == ("2026-01-05T09:00:00+00:00", "2026-02-08T12:00:00+00:00")
    assert told["coverage"]["percent"] == 69
    said = [cue["said"]["ok"] for cue in told["cues"]]
    assert said == [False, True]  # four eyes hold: who asked does not decide


async def test_a_timeout_compensates_and_every_fault_is_survived(theatre: Theatre) -> None:
    text, scenario = ((EXAMPLES / name).read_text() for name in ("claim.yaml", "nobody-decides.yaml"))
    told = await rehearse(theatre, text, scenario, faults=True)
    assert told["wrong"] == [] and told["ended"] == "2026-02-09T09:00:00+00:00"
    assert [(f["fault"], f["compensation"], f["wrong"]) for f in told["faults"]] == [
        ("/do/0/reserve", "none", []), ("/do/2/approve/ask", "compensated", []), ("/do/2/approve/close", "compensated", []),
        ("undo of /do/0/reserve", "partial", []),
    ]  # fmt: skip


async def test_an_answer_takes_its_time_and_a_timeout_comes_before_it(theatre: Theatre) -> None:
    do = """
  - first: {call: a.do, with: {}}
  - slow:
      try: [{second: {call: b.do, timeout: {after: PT1H}}}]
      catch: {errors: {with: {status: 408}}, do: [{rest: {wait: PT5M}}, {fail: {raise: {error: {type: x:y, status: 500, title: Gone}}}}]}
"""
    more = "answers: {a.do: [{output: 1}], b.do: [{output: 2, takes: PT2H}]}\nstart: 2026-01-01T00:00:00Z\n"
    told = await rehearse(theatre, saga(do), LEDGER + more)
    assert (told["status"], told["compensation"]) == ("faulted", "compensated")
    # An effect that was under way when the time was over is not torn: it ends, and is taken back as well.
    assert told["undone"] == ["/do/1/slow/try/0/second", "/do/0/first"]
    assert told["ended"] == "2026-01-01T02:05:00+00:00"


async def test_events_come_in_at_their_time_and_a_cancelled_run_takes_back(theatre: Theatre) -> None:
    do = """
  - first: {call: a.do}
  - hear: {listen: {to: {one: {with: {type: x.arrived}}}}, output: {as: '.[0].n'}}
  - more: {listen: {to: {one: {with: {type: x.never}}}}}
"""
    more = "mocks: {a.do: 1}\nevents: [{after: P2D, event: {type: x.arrived, data: {n: 7}}}]\nstart: 2026-01-01T00:00:00Z\n"
    told = await rehearse(
        theatre, saga(do), LEDGER + more + "cancel: P3D\nexpect: {status: cancelled, undone: [/do/0/first]}"
    )
    assert told["wrong"] == [] and told["ended"] == "2026-01-04T00:00:00+00:00"
    stuck = await rehearse(theatre, saga(do), more)
    assert "standstill, waiting for event at /do/2/more" in stuck["wrong"][0]


async def test_a_run_below_has_the_same_time(theatre: Theatre) -> None:
    below = saga("  - rest: {wait: P1D}\n  - done: {set: {n: 1}}").replace("name: t", "name: below")
    do = "  - sub: {run: {workflow: {namespace: t, name: below, version: 1.0.0}}}\n  - last: {wait: P1D}\n"
    told = await rehearse(
        theatre, saga(do), "start: 2026-01-01T00:00:00Z\nexpect: {output: {n: 1}}", **{"with": {"below.yaml": below}}
    )
    assert told["wrong"] == [] and told["ended"] == "2026-01-03T00:00:00+00:00"


async def test_nothing_reaches_out_for_real(theatre: Theatre) -> None:
    do = "  - get: {call: http, with: {method: get, endpoint: 'http://127.0.0.1:1/'}}\n"
    with pytest.raises(Invalid, match=r"no answer for core.http.read@1"):
        await rehearse(theatre, saga(do), "input: {}")
    told = await rehearse(theatre, saga(do), "mocks: {get: {pet: 1}}\nexpect: {output: {pet: 1}}")
    assert told["wrong"] == []
