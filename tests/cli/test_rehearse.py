"""``symphainy rehearse`` up to its servers: what is invalid is said before any is started, and how a report reads."""

from pathlib import Path
from typing import Any

import pytest

from symphainy.cli import rehearse
from symphainy.foundations.settings import Settings

DEFINITION = "document: {dsl: 1.0.3, namespace: t, name: t, version: 1.0.0}\ndo:\n  - a: {call: %s}\n"


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(job: Any) -> Any:
        raise AssertionError("a server would have been started")

    monkeypatch.setattr(rehearse, "_on_stage", refused)


def run(tmp_path: Path, definition: str, scenario: str) -> int:
    (tmp_path / "saga.yaml").write_text(definition)
    (tmp_path / "s.yaml").write_text(scenario)
    return rehearse.rehearse(tmp_path / "saga.yaml", tmp_path / "s.yaml", others=(), with_faults=False, as_json=False)


@pytest.mark.parametrize(
    ("definition", "scenario", "said"),
    [
        (DEFINITION % "content.search", "expct: {}", "s.yaml:1:1: error SCN001: expct"),
        (DEFINITION % "funds.pay", "input: {}", "saga.yaml:3:15: error LNK001"),
        ("do: []", "input: {}", "error SCH003"),
    ],
)
def test_what_is_invalid_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], definition: str, scenario: str, said: str
) -> None:
    assert run(tmp_path, definition, scenario) == 2
    assert said in capsys.readouterr().err


def test_a_capability_that_the_scenario_declares_is_known(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="server"):
        run(tmp_path, DEFINITION % "funds.pay", "capabilities: {funds.pay@1: {}}\nmocks: {funds.pay: 1}")


def test_it_never_uses_a_server_that_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SQL_URL", "REDIS_URL", "OBJECTS_URL", "TEMPORAL_ADDRESS"):
        monkeypatch.setenv(
            f"SYMPHAINY_{name}",
            {"SQL_URL": "postgresql+asyncpg://x/y", "REDIS_URL": "redis://x", "OBJECTS_URL": "s3://x"}.get(name, "x:1"),
        )
    monkeypatch.setenv("SYMPHAINY_TEMPORAL_TLS", "true")
    made = Settings(data_dir=tmp_path, **rehearse.OWN)
    assert {made.sql_url, made.redis_url, made.temporal_address} == {"embedded"}
    assert made.objects.startswith("file://") and not made.temporal_tls


def test_a_report_reads_as_a_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-01-05T09:00:00+00:00"
    trace = [
        [at, "call", "/do/0/a", "/do/0/a", "x.y@1"],
        ["2026-02-04T10:00:01+00:00", "answer", "/do/0/a", "/do/0/a", "ok"],
    ]
    told = {
        "trace": trace, "began": at, "ended": trace[1][0],
        "status": "faulted", "compensation": "partial", "undone": [], "owed": ["/do/0/a"],
        "error": {"status": 409, "title": "No", "detail": "not so"}, "took": 0.5, "total_seconds": 8.0, "wrong": ["status is faulted"],
        "coverage": {"taken": 1, "of": 2, "percent": 50, "missing": [{"pointer": "/do/0/a", "task": "a", "label": "skipped"}]},
        "faults": [{"fault": "/do/0/a", "status": "faulted", "compensation": "none", "undone": [], "wrong": ["it hangs"]}],
    }  # fmt: skip
    rehearse._show(Path("saga.yaml"), DEFINITION % "x.y", told)
    assert capsys.readouterr().out.splitlines() == [
        "      00:00:00  /do/0/a  calls x.y@1", "  30d 01:00:01  /do/0/a  answers ok",
        "faulted (partial) after 30d 01:00:01 of its time", "  409 No: not so", "  still owed, in this order: /do/0/a",
        "ways taken: 1 of 2 (50 %)", "  never: saga.yaml:3:5 a: skipped", "fault in /do/0/a: faulted (none)", "  WRONG: it hangs",
        "WRONG: status is faulted", "0.50 s on the stage, 8.00 s in all",
    ]  # fmt: skip
