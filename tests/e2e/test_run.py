"""`symphainy run` and `symphainy demo` on the instance that runs already; on one of their own: tests/cli/test_demo.py."""

import json
import re
from pathlib import Path

from support.instance import Running

FAULT = """\
document: {dsl: 1.0.3, namespace: demo, name: fault, version: 1.0.0}
do:
  - stop:
      raise:
        error: {type: 'https://example.com/errors/full', status: 507, title: Full, detail: no room left}
"""


def test_a_fault_is_told_with_the_fields_of_the_specification(running: Running, tmp_path: Path) -> None:
    file = tmp_path / "fault.yaml"
    file.write_text(FAULT)
    done = running.cli("run", str(file), "--json", "--data-dir", str(running.data_dir), check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == "faulted"
    assert told["error"] == {
        "type": "https://example.com/errors/full", "status": 507, "title": "Full", "detail": "no room left", "instance": "/do/0/stop",
    }  # fmt: skip


def test_the_demo_answers_for_whoever_is_logged_in_and_leaves_the_instance_running(running: Running) -> None:
    said = running.cli("demo", "--data-dir", str(running.data_dir)).stdout
    assert said.startswith(f"using the instance of {running.data_dir}") and "Answer: " in said
    assert re.search(r", page \d+, characters \d+ to \d+ \(sha256 [0-9a-f]{12}…\)", said)
    assert running.status()["state"] == "running"
