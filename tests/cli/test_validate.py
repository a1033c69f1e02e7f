"""`validate` and `graph` as a person and as a script meet them: the real command, in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HELLO = """\
document: {dsl: 1.0.3, namespace: demo, name: hello, version: 1.0.0}
do:
  - greet:
      set: {hello: '${ "Hello, " + .name }'}
"""


def symphainy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    command = [sys.executable, "-P", "-m", "symphainy.cli", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.yaml").write_text(HELLO)
    (tmp_path / "broken.yaml").write_text(HELLO.replace("set:", "sett:"))
    return tmp_path


def test_a_valid_document_is_called_valid(folder: Path) -> None:
    done = symphainy(folder, "validate", "hello.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "hello.yaml: valid\n", "")


def test_an_invalid_one_is_told_as_compilers_do(folder: Path) -> None:
    done = symphainy(folder, "validate", "hello.yaml", "broken.yaml")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines[0] == "hello.yaml: valid"
    assert re.match(r"broken\.yaml:\d+:\d+: error [A-Z]+\d+: .+", lines[1])
    assert lines[2].startswith("    fix: ")
    assert lines[-1] == "broken.yaml: invalid (1 error)"


def test_json_has_code_line_column_and_message_on_one_line(folder: Path) -> None:
    done = symphainy(folder, "validate", "--json", "broken.yaml")
    assert done.returncode == 2
    assert done.stdout.count("\n") == 1
    (found,) = json.loads(done.stdout)
    assert {"code", "severity", "message", "fix", "file", "line", "column", "pointer"} <= set(found)
    assert found["file"] == "broken.yaml"
    assert found["line"] >= 3
    assert json.loads(symphainy(folder, "validate", "--json", "hello.yaml").stdout) == []


@pytest.mark.parametrize("words", [("validate", "nowhere.yaml"), ("graph", "nowhere.yaml"), ("run", "nowhere.yaml")])
def test_a_missing_file_is_one_sentence(folder: Path, words: tuple[str, ...]) -> None:
    done = symphainy(folder, *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: nowhere.yaml does not exist.\n")


def test_a_graph_is_mermaid(folder: Path) -> None:
    done = symphainy(folder, "graph", "hello.yaml")
    assert done.returncode == 0
    assert done.stdout.startswith("flowchart TD\n")
    assert "greet" in done.stdout
    assert symphainy(folder, "graph", "broken.yaml").returncode == 2


def test_run_refuses_an_invalid_document_before_anything_starts(folder: Path) -> None:
    done = symphainy(folder, "run", "broken.yaml", "--json")
    assert done.returncode == 2
    assert "broken.yaml:" in done.stderr
    assert symphainy(folder, "run", "hello.yaml", "--input", "{").stderr.startswith("error: --input is not JSON")


def test_help_names_every_command(folder: Path) -> None:
    done = symphainy(folder, "--help")
    assert done.returncode == 0
    for command in "up down status doctor demo login deploy submit watch run validate graph explain state".split():
        assert re.search(rf"^  {command} ", done.stdout, re.MULTILINE)


def test_help_imports_nothing_of_the_platform(folder: Path) -> None:
    """So it is there at once: 0.15 s on an idle machine."""
    script = "import sys; import symphainy.cli.__main__; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "rich", "temporalio", "httpx2", "sqlalchemy", "symphainy.foundations.settings", "asyncio"}
    assert heavy & set(done.stdout.split()) == set()


def test_status_and_down_where_nothing_ever_ran(folder: Path) -> None:
    done = symphainy(folder, "status", "--data-dir", str(folder))
    assert done.returncode == 1
    assert done.stdout.startswith("Symphainy: never started\n")
    assert (
        json.loads(symphainy(folder, "status", "--json", "--data-dir", str(folder)).stdout)["state"] == "never started"
    )
    done = symphainy(folder, "down", "--data-dir", str(folder))
    assert (done.returncode, done.stdout) == (0, f"nothing runs with the data folder {folder}\n")


@pytest.mark.parametrize("words", [("submit", "a.b"), ("watch", "exe_1"), ("deploy", "."), ("login",)])
def test_what_needs_an_instance_says_how_to_start_one(folder: Path, words: tuple[str, ...]) -> None:
    done = symphainy(folder, *words, "--data-dir", str(folder / "none"))
    assert done.returncode == 1
    assert "symphainy up" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMPHAINY_PORTBASE", "9000")
    done = symphainy(folder, "status")
    assert done.returncode == 2
    assert "SYMPHAINY_PORTBASE is not a setting" in done.stderr
    assert "SYMPHAINY_PORT_BASE" in done.stderr
