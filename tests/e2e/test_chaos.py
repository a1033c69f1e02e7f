"""The harness against a running installation: answers that are lost on their way; `make chaos-smoke` has the kills too."""

import json

import pytest
from support.instance import Running, until

pytestmark = pytest.mark.timeout(400)


def test_a_short_trial_finds_nothing(running: Running) -> None:
    until(lambda: len(running.pids("worker")) == 2, what="two workers")
    where = ["--data-dir", str(running.data_dir), "--json"]
    size = ["--sagas", "12", "--faults", "2", "--pause", "0.5", "--fault", "F11"]
    told = json.loads(running.cli("chaos", *size, *where, timeout=300).stdout)
    assert told["ok"] and told["redelivered"] > 0 and sum(told["statuses"].values()) == 12, told["findings"]
