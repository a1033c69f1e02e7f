import stat
import subprocess
import sys
from pathlib import Path

import pytest

from symphainy.cli.down import down, end_survivors
from symphainy.cli.instance import Instance, Lock, ServiceNote
from symphainy.cli.layout import Layout
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.status import status
from symphainy.foundations.language.errors import Conflict, NotFound

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def _note(name: str, process: subprocess.Popen[bytes]) -> ServiceNote:
    who = ProcessIdentity.of(process.pid)
    assert who is not None
    return ServiceNote(name, "runtime", "ready", who.pid, who.birth, who.command)


def test_the_note_comes_back_as_it_was_written_and_is_its_owners_alone(tmp_path: Path) -> None:
    note = Instance(
        str(tmp_path), 7300, "127.0.0.1", services=[ServiceNote("redis", "runtime", facts={"kind": "redis-server"})]
    )
    note.save()
    assert Instance.load(tmp_path) == note
    assert stat.S_IMODE(Layout(tmp_path).state_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"services": [{"colour": "red"}]}'])
def test_a_note_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str) -> None:
    Layout(tmp_path).state_file.write_text(text)
    assert Instance.load(tmp_path) is None
    assert status(tmp_path)["state"] == "never started"


def test_a_second_supervisor_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    holder = [sys.executable, "-c", f"""
import sys, time
from pathlib import Path
from symphainy.cli.instance import Lock
from symphainy.cli.layout import Layout
Lock(Layout(Path({str(tmp_path)!r}))).acquire()
sys.stdout.write("held\\n"); sys.stdout.flush()
time.sleep(600)
"""]  # fmt: skip
    with subprocess.Popen(holder, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        note = Instance(str(tmp_path), 7300, "127.0.0.1", state="running", supervisor=_note("supervisor", first))
        note.save()
        with pytest.raises(Conflict, match=rf"already runs .*pid {first.pid}.*symphainy down"):
            Lock(layout).acquire()
        first.kill()
    again = Lock(layout)
    again.acquire()  # the kernel let go of it when the first one was killed
    again.release()


def test_a_stale_pid_is_not_taken_for_the_instance(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEP) as stranger:
        stale = ServiceNote("worker-1", "runtime", "ready", stranger.pid, "an earlier boot:42")
        Instance(str(tmp_path), 7300, "127.0.0.1", state="running", supervisor=stale, services=[stale]).save()
        assert status(tmp_path)["state"] == "killed"
        with pytest.raises(NotFound, match="symphainy up"):
            Instance.running(tmp_path)
        assert down(tmp_path) == []
        assert stranger.poll() is None
        stranger.kill()


def test_what_a_killed_supervisor_left_behind_is_ended_last_first(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as one, subprocess.Popen(SLEEP, start_new_session=True) as two:
        dead = ServiceNote("supervisor", "agentic idp", "running", 2**22 + 1, "gone")
        notes = [_note("temporal", one), _note("worker-1", two)]
        Instance(str(tmp_path), 7300, "127.0.0.1", state="running", supervisor=dead, services=notes).save()
        said = end_survivors(tmp_path)
        assert [line.split()[1] for line in said] == ["worker-1", "temporal"]
        assert one.wait() != 0
        assert two.wait() != 0
    assert status(tmp_path)["state"] == "stopped"
    assert down(tmp_path) == []
