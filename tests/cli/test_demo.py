"""The demo and `run` on platforms of their own, as a newcomer starts them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from symphainy.cli.checks import free_port_base

pytestmark = [pytest.mark.timeout(480), pytest.mark.heavy]
SAGA = """\
document: {dsl: 1.0.3, namespace: demo, name: hello, version: 1.0.0}
do:
  - greet:
      set: {hello: '${ "Hello, " + .name }'}
"""


def symphainy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "SYMPHAINY_PORT_BASE": str(free_port_base()),
        "SYMPHAINY_DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-P", "-m", "symphainy.cli", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


NINE = (
    "Experience submits intent", "Runtime creates session", "WAL records intent", "Content Realm registers saga",
    "Parsing service executes", "Deterministic embeddings created", "State recorded centrally", "Saga completes", "Events emitted",
)  # fmt: skip


def test_the_demo_answers_with_a_cited_span_and_ends(tmp_path: Path) -> None:
    done = symphainy(tmp_path, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    steps = re.findall(r"^  (\d)\. (.{33}) \d\d:\d\d:\d\d\.\d{3}  (\w+(?: \d+)?) +(\S.*)$", done.stdout, re.MULTILINE)
    assert [(int(n), name.rstrip()) for n, name, *_ in steps] == list(enumerate(NINE, 1))
    given = {(what, which[:4]) for _, _, what, which in steps}
    assert {
        ("intent_id", "int_"),
        ("session_id", "ses_"),
        ("event 1", "evt_"),
        ("execution_id", "exe_"),
        ("event 4", "step"),
    } <= given
    assert done.stdout.index("Events emitted") < done.stdout.index("Deploying")
    assert max(len(line) for line in done.stdout.splitlines() if re.match(r"  \d\. |Uploading", line)) <= 100
    assert re.search(r"^Answer: .*14 days", done.stdout, re.MULTILINE)
    assert re.search(r", page \d+, characters \d+ to \d+ \(sha256 [0-9a-f]{12}…\)", done.stdout)
    for url in ("Experience API", "Solution API", "in Temporal"):
        assert url in done.stdout
    assert json.loads(symphainy(tmp_path, "status", "--json").stdout)["state"] == "stopped"


def test_run_starts_a_throw_away_platform_and_prints_what_became_of_it(tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(SAGA)
    done = symphainy(tmp_path, "run", "hello.yaml", "--input", '{"name": "Ada"}', "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["execution"].startswith("exe_")
    assert {k: v for k, v in told.items() if k != "execution"} == {
        "status": "completed", "compensation": "none", "output": {"hello": "Hello, Ada"}, "error": None,
    }  # fmt: skip
    assert not (tmp_path / "data" / "instance.json").exists()
