"""Who a process is. A pid alone is not an identity: the kernel hands it out again."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class ProcessIdentity:
    """A process as it can be recognised later: pid, moment of birth and command line."""

    pid: int
    birth: str
    command: tuple[str, ...] = ()

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """The identity of a live process; None when there is none (a zombie counts as none).

        >>> me = ProcessIdentity.of(os.getpid())
        >>> me is not None and me.alive
        True
        """
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return cls(pid, _birth(process), tuple(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
            return None

    @property
    def alive(self) -> bool:
        """Whether this very process still runs, and not another one under its old pid.

        The command line may legitimately change (``exec``, ``setproctitle``); the moment of birth may not.
        """
        now = ProcessIdentity.of(self.pid)
        return now is not None and now.birth == self.birth


def _birth(process: psutil.Process) -> str:
    """The moment of birth as text. On Linux boot id and clock ticks, which a change of the wall clock does not move."""
    stat = Path(f"/proc/{process.pid}/stat")
    if stat.exists():
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The second field is the name in parentheses and may itself hold blanks and parentheses.
        ticks = stat.read_text().rpartition(")")[2].split()[19]
        return f"{boot}:{ticks}"
    return f"{process.create_time():.2f}"


def end(who: ProcessIdentity, *, first: signal.Signals = signal.SIGTERM, patience: float = 10.0) -> bool:
    """Ask a process to end, then insist (SIGKILL to its process group). True when it is gone.

    ``patience`` is in seconds. Never touches a process that only shares the pid.
    """
    if not who.alive:
        return True
    _signal(who, first)
    if _gone(who, patience):
        return True
    _signal(who, signal.SIGKILL, group=True)
    return _gone(who, 5.0)


def _signal(who: ProcessIdentity, what: signal.Signals, *, group: bool = False) -> None:
    try:
        # Only a group that the process leads itself: another group may hold strangers.
        if group and os.getpgid(who.pid) == who.pid:
            os.killpg(who.pid, what)
        else:
            os.kill(who.pid, what)
    except ProcessLookupError:
        pass


def _gone(who: ProcessIdentity, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while who.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
