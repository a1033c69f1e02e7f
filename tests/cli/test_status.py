import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from symphainy.cli import output
from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.narration import narrate
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.status import status
from symphainy.cli.status_page import five, show

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
AGENTS = [
    {"name": "insights.ask", "kind": "grounded", "realm": "insights"},
    {"name": "solution.guide", "kind": "deterministic", "realm": "solution"},
]


@pytest.fixture
def running(tmp_path: Path) -> Instance:
    me = ProcessIdentity.of(os.getpid())
    assert me is not None

    def note(name: str, stage: str, **facts: object) -> ServiceNote:
        return ServiceNote(name, stage, "ready", me.pid, me.birth, me.command, seconds=1.25, facts=facts)

    services = [
        note("postgres", "runtime", kind="embedded PostgreSQL 18"),
        note(
            "worker-1",
            "runtime",
            city=CITY,
            realms={"content": 9, "core": 5, "insights": 2, "smart_city": 6},
            agents=AGENTS,
        ),
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
    assert told["platform"] == [{"name": "core", "capabilities": 5}, {"name": "smart_city", "capabilities": 6}]
    assert told["agents"]["names"] == ["insights.ask", "solution.guide"] and told["agents"]["roll"] == AGENTS
    assert told["experience"]["solutions"] == [] and "nobody is logged in" in told["experience"]["why"]


class Worker(BaseHTTPRequestHandler):
    """A worker's metrics page, with what is under way in it."""

    page = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.page.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("page", "activity", "sentence"),
    [
        ('symphainy_steps_active{realm="content"} 2\n', ["busy", "idle"], "registered, content busy"),
        ('symphainy_steps_active{realm="core"} 1\n', ["idle", "idle"], "registered but idle"),
        ('symphainy_steps_active{realm="content"} 0\n', ["idle", "idle"], "registered but idle"),
        ("", ["idle", "idle"], "registered but idle"),
    ],
)  # fmt: skip
def test_a_realm_is_busy_while_a_step_of_it_is_under_way(
    running: Instance, page: str, activity: list[str], sentence: str
) -> None:
    with HTTPServer(("127.0.0.1", 0), type("Page", (Worker,), {"page": page})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        running.services[1].facts["metrics"] = f"127.0.0.1:{server.server_port}"
        running.save()
        told = status(Path(running.data_dir))
        server.shutdown()
    assert [r["activity"] for r in told["realms"]] == activity
    assert f"3. Realms are {sentence}" in five(told)


def test_idle_is_not_said_of_a_worker_that_cannot_be_asked(running: Instance) -> None:
    told = status(Path(running.data_dir))
    assert [(r["activity"], r["steps"]) for r in told["realms"]] == [("unknown", None), ("unknown", None)]
    assert any("a worker did not answer" in line for line in five(told))


def test_it_reads_as_the_founding_document_ends(running: Instance) -> None:
    told = status(Path(running.data_dir))
    first = {"name": "first", "version": "1.0.0", "title": "", "surfaces": [{"surface": "rest", "name": "ask"}]}
    told["experience"] |= {"tenant": "local", "solutions": [first], "why": None}
    lines = [line for line in five(told) if line[0] != " "]
    assert lines[0] == "1. Runtime is alive and authoritative"
    assert lines[1] == "2. Smart City is observing and governing"
    assert lines[3:] == ["4. Agents are available as reasoning engines", "5. Experience can attach any front door"]
    said = " ".join(" ".join(five(told)).split())
    assert "Nurse, City Manager, Security Guard, Traffic Cop, Conductor, Data Steward, Librarian, Post Office" in said
    assert said.endswith("first 1.0.0 rest ask")


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
    assert "insights.ask (grounded)" in " ".join(lines)


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
