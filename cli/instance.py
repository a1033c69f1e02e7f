"""The note an instance leaves on disk: what runs, as whom, where. Written whole, replaced atomically."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from symphainy.cli.layout import Layout
from symphainy.cli.process import ProcessIdentity
from symphainy.foundations.language.errors import Conflict, NotFound


@dataclass
class ServiceNote:
    """One supervised process."""

    name: str
    stage: str
    state: str = "starting"
    pid: int | None = None
    birth: str = ""
    command: tuple[str, ...] = ()
    restarts: int = 0
    stop_signal: int = 15
    seconds: float | None = None
    """How long it took until it was ready."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What it said of itself when it was ready."""

    def __post_init__(self) -> None:
        self.command = tuple(self.command)  # JSON knows lists only

    @property
    def identity(self) -> ProcessIdentity | None:
        """Its process, if one was started."""
        return ProcessIdentity(self.pid, self.birth, self.command) if self.pid else None


@dataclass
class Instance:
    """Everything the other commands need to know of a running instance."""

    data_dir: str
    port_base: int
    host: str
    state: str = "starting"
    """starting, running, stopping, stopped or failed."""
    supervisor: ServiceNote = field(default_factory=lambda: ServiceNote("supervisor", "agentic idp"))
    services: list[ServiceNote] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    """Addresses that only this instance knows (the file is for its owner alone: one may hold a password)."""
    started_at: str = ""
    error: str = ""

    @property
    def layout(self) -> Layout:
        """Paths and addresses."""
        return Layout(Path(self.data_dir), self.port_base, self.host)

    @property
    def alive(self) -> bool:
        """Whether its supervisor still runs."""
        identity = self.supervisor.identity
        return identity is not None and identity.alive

    def note(self, name: str) -> ServiceNote | None:
        """The note of one service."""
        return next((s for s in self.services if s.name == name), None)

    def survivors(self) -> list[ServiceNote]:
        """Services whose process is still there, in the order they were started."""
        return [s for s in self.services if (identity := s.identity) is not None and identity.alive]

    def save(self) -> None:
        """Write the note: to a file beside it, then in its place."""
        target = self.layout.state_file
        beside = target.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps(asdict(self), indent=1))
        os.replace(beside, target)

    @classmethod
    def load(cls, data_dir: Path) -> "Instance | None":
        """The note under ``data_dir``; None when no instance ever ran there, or the note is unreadable."""
        try:
            raw = json.loads(Layout(data_dir).state_file.read_text())
            services = [ServiceNote(**s) for s in raw.pop("services")]
            return cls(**{**raw, "supervisor": ServiceNote(**raw["supervisor"]), "services": services})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def running(cls, data_dir: Path) -> "Instance":
        """The instance that runs under ``data_dir``.

        Raises:
            NotFound: none does.
        """
        found = cls.load(data_dir)
        if found is None or not found.alive or found.state != "running":
            raise NotFound(f"No instance runs with the data folder {data_dir}. Start one with `symphainy up`.")
        return found


class Lock:
    """One supervisor per data folder. The kernel lets go of it when the process dies, however it dies."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Conflict: another supervisor holds it; the message names its pid.
        """
        self._file = os.open(self._layout.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            self._file = None
            other = Instance.load(self._layout.data_dir)
            pid = f" (pid {other.supervisor.pid})" if other and other.supervisor.pid else ""
            raise Conflict(
                f"An instance already runs with the data folder {self._layout.data_dir}{pid}. "
                "See it with `symphainy status`, stop it with `symphainy down`, or give this one its own --data-dir and --port-base.",
                code="already_running",
            ) from None

    def release(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
