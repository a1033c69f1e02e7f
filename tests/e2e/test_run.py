"""`symphainy run` on the instance that runs already; on one of its own: tests/cli/test_demo.py."""

import json
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
