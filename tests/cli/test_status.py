import os
from pathlib import Path

import pytest

from symphainy.cli import output
from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.narration import narrate
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.status import show, status

CITY = [
    "nurse",
    "city_manager",
    "security_guard",
    "traffic_cop",
    "conductor",
    "data_steward",
    "librarian",
    "post_office",
]


@pytest.fixture
def running(tmp_path: Path) -> Instance:
    me = ProcessIdentity.of(os.getpid())
    assert me is not None

    def note(name: str, stage: str, **facts: object) -> ServiceNote:
        return ServiceNote(name, stage, "ready", me.pid, me.birth, me.command, seconds=1.25, facts=facts)

    services = [
        note("postgres", "runtime", kind="embedded PostgreSQL 18"),
        note("worker-1", "runtime", city=CITY, realms={"content": 9, "insights": 2}, agents=["insights.answer"]),
        note("solution", "solutions", solutions=["first 1.0.0"]),
        note("experience", "experience"),
    ]
    found = Instance(
        str(tmp_path),
        7300,
        "127.0.0.1",
        "running",
        note("supervisor", ""),
        services,
        started_at="2026-01-01T00:00:00+00:00",
    )
    found.save()
    return found


def test_it_has_the_five_parts_in_the_order_of_document_001(running: Instance) -> None:
    told = status(Path(running.data_dir))
    assert told["order"] == ["runtime", "smart city", "realms", "solutions", "experience"]
    assert told["runtime"]["state"] == "alive and authoritative"
    assert told["smart_city"] == {"state": "observing and governing", "services": CITY}
    assert [(r["name"], r["capabilities"]) for r in told["realms"]] == [("content", 9), ("insights", 2)]
    assert told["agents"]["names"] == ["insights.answer"]
    assert told["experience"]["solutions"] == ["first 1.0.0"]


def test_a_process_that_is_gone_is_dead_whatever_the_note_says(running: Instance) -> None:
    running.services[1].birth = "another:1"
    running.save()
    told = status(Path(running.data_dir))
    assert [p["state"] for p in told["processes"]] == ["ready", "dead", "ready", "ready"]
    assert told["runtime"]["state"] == "degraded"


def test_for_a_person_it_fits_a_hundred_columns_without_stray_blanks(
    running: Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    show(status(Path(running.data_dir)))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= output.WIDTH
    assert all(line == line.rstrip() for line in lines)
    assert not any(first == second == "" for first, second in zip(lines, lines[1:], strict=False))
    assert "\x1b" not in "".join(lines)


def test_the_narration_names_the_eight_services_once(running: Instance) -> None:
    said: list[str] = []
    announce = narrate(said.append)
    for note in [*running.services, running.services[1]]:
        announce(note)
    assert max(map(len, said)) <= output.WIDTH
    assert sum("8 services observing and governing" in line for line in said) == 1
    assert [line.split()[0] for line in said if line[0] != " "][:4] == ["runtime", "runtime", "smart", "realms"]


def test_a_table_never_styles_what_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("a",), [("[bold]x[/bold]",)])
    assert "[bold]x[/bold]" in capsys.readouterr().out
