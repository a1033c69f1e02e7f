"""The harness against a running installation: answers that are lost on their way; `make chaos-smoke` has the kills too."""

import json
from typing import Any

import pytest
from support.instance import Running, until

pytestmark = pytest.mark.timeout(400)


def trial(running: Running, *more: str, code: int = 0) -> dict[str, Any]:
    until(lambda: len(running.pids("worker")) == 2, what="two workers")
    size = ["--sagas", "12", "--faults", "2", "--pause", "0.5", "--fault", "F11", "--data-dir", str(running.data_dir)]
    done = running.cli("chaos", *size, *more, "--json", timeout=300, check=False)
    assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def test_a_short_trial_finds_nothing(running: Running) -> None:
    told = trial(running)
    assert told["ok"] and told["redelivered"] > 0 and sum(told["statuses"].values()) == 12, told["findings"]
    assert told["stories"] == {}


def test_a_receiver_that_ignores_keys_is_found_out_and_its_sagas_are_told_of(running: Running) -> None:
    told = trial(running, "--ignore-keys", code=1)
    doubled = [finding for finding in told["findings"] if finding.startswith("I2: ")]
    assert not told["ok"] and doubled and told["commit"].startswith("0.")
    execution, story = next(iter(told["stories"].items()))
    assert any(execution in finding for finding in doubled)
    assert story["workflow_id"].endswith(execution) and story["steps"]
    assert story["events"][0].startswith("1 ") and "execution." in story["events"][-1]
