"""Where an instance keeps its things: one data folder, seven consecutive ports from ``port_base``."""

from dataclasses import dataclass
from pathlib import Path

from symphainy.foundations.settings import Ports

PORTS = ("experience_api", "solution_api", "temporal", "temporal_ui", "redis", "metrics", "postgres")
"""Every name that ``port`` knows. PostgreSQL is reached by a Unix socket; its number is kept free for TCP."""


@dataclass(frozen=True)
class Layout:
    """Paths and addresses of one instance.

    >>> Layout(Path("/tmp/x"), 7300).url("solution_api")
    'http://127.0.0.1:7301'
    """

    data_dir: Path
    port_base: int = 7300
    host: str = "127.0.0.1"

    def port(self, name: str) -> int:
        """The port of one of ``PORTS``."""
        port: int = getattr(Ports(self.port_base), name)
        return port

    def url(self, name: str) -> str:
        """The HTTP address of one of ``PORTS``."""
        return f"http://{self.host}:{self.port(name)}"

    @property
    def state_file(self) -> Path:
        """What the supervisor notes about itself and its children."""
        return self.data_dir / "instance.json"

    @property
    def lock_file(self) -> Path:
        """Held locked for as long as a supervisor lives."""
        return self.data_dir / "instance.lock"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.data_dir / "logs"

    @property
    def credentials(self) -> Path:
        """The local user that the command line acts as."""
        return self.data_dir / "credentials.json"

    def create(self) -> None:
        """Make the folders. What holds data or keys is for the owner alone."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for private in ("logs", "keys", "objects", "redis", "temporal"):
            (self.data_dir / private).mkdir(mode=0o700, exist_ok=True)
