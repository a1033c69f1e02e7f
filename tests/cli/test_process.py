import os
import signal
import subprocess
import sys
import time

import pytest

from symphainy.cli.process import ProcessIdentity, end

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("deaf\\n"); sys.stdout.flush()
time.sleep(600)
"""


def test_a_process_is_known_by_more_than_its_pid() -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as process:
        who = ProcessIdentity.of(process.pid)
        assert who is not None
        assert who.alive
        stranger = ProcessIdentity(process.pid, "another boot:1")
        assert not stranger.alive
        assert end(stranger)
        assert process.poll() is None, "a stranger under the same pid must be left alone"
        assert end(who)
    assert not who.alive


def test_a_process_that_has_ended_but_is_not_yet_collected_counts_as_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    who = ProcessIdentity.of(process.pid)
    deadline = time.monotonic() + 10
    while ProcessIdentity.of(process.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ProcessIdentity.of(process.pid) is None
    assert who is None or not who.alive
    process.wait()


def test_one_that_does_not_listen_is_ended_with_its_group() -> None:
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        who = ProcessIdentity.of(process.pid)
        assert who is not None
        assert end(who, patience=0.3)
        assert process.wait() == -signal.SIGKILL


def test_nobody_has_this_pid() -> None:
    assert ProcessIdentity.of(2**22 + 1) is None


@pytest.mark.parametrize("pid", [pytest.param(os.getpid(), id="me")])
def test_a_clock_change_does_not_move_the_birth(pid: int) -> None:
    first, second = ProcessIdentity.of(pid), ProcessIdentity.of(pid)
    assert first is not None
    assert second is not None
    assert first.birth == second.birth
