"""``symphainy down``: ends an instance in order, also one whose supervisor was killed."""

import signal
from pathlib import Path

from symphainy.cli.instance import Instance
from symphainy.cli.process import end
from symphainy.foundations.language.errors import Unavailable

SUPERVISOR_PATIENCE = 90.0
"""Seconds: the sum of what its services may take to finish what they are doing."""


def down(data_dir: Path) -> list[str]:
    """End what runs under ``data_dir``; what was done, in words. Nothing running is no error.

    Raises:
        Unavailable: something would not end.
    """
    found = Instance.load(data_dir)
    said: list[str] = []
    if found and found.alive and (supervisor := found.supervisor.identity):
        if not end(supervisor, patience=SUPERVISOR_PATIENCE):
            raise Unavailable(f"The supervisor (pid {supervisor.pid}) does not end.")
        said.append(f"stopped the instance of {data_dir} (supervisor {supervisor.pid})")
    return said + end_survivors(data_dir)


def end_survivors(data_dir: Path) -> list[str]:
    """End the processes that a killed supervisor left behind, the last started first. Call it with the supervisor dead.

    A process counts only if pid and moment of birth are as noted: a stranger under an old pid is left alone.
    """
    found = Instance.load(data_dir)
    said: list[str] = []
    for note in reversed(found.survivors() if found else []):
        if (identity := note.identity) is None:
            continue
        if not end(identity, first=signal.Signals(note.stop_signal)):
            raise Unavailable(f"{note.name} (pid {identity.pid}), left behind by an earlier supervisor, does not end.")
        said.append(f"ended {note.name} (pid {identity.pid}), left behind by an earlier supervisor")
    if said and found:
        found.state = "stopped"
        found.save()
    return said
