"""The place of a trial: processes that can be met by a fault, the observer, and the people who act there."""

import json
import os
import random
import signal
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from symphainy.cli.chaos.people import People
from symphainy.cli.chaos.sagas import Editions
from symphainy.cli.instance import Instance


@dataclass
class Site:
    """The processes of an installation on this machine, and its observer. ``findings``: what a fault itself saw go wrong."""

    data_dir: Path
    observer: str
    chance: random.Random
    people: People
    editions: Editions = field(default_factory=Editions)
    log: list[dict[str, object]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def pids(self, name: str) -> list[int]:
        """Processes whose name begins so and that are alive."""
        found = Instance.load(self.data_dir)
        services = found.services if found else []
        return [s.pid for s in services if s.name.startswith(name) and s.pid and s.state != "done" and _alive(s.pid)]

    def one(self, name: str) -> list[int]:
        """One of them, by the seed's chance; empty while there is none."""
        found = self.pids(name)
        return [self.chance.choice(found)] if found else []

    def signal(self, pids: list[int], what: signal.Signals) -> list[int]:
        """Send it to each that still lives."""
        for pid in pids:
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                continue
        return pids

    def tell(self, path: str, body: object) -> None:
        """Tell the observer."""
        with urllib.request.urlopen(
            urllib.request.Request(self.observer + path, json.dumps(body).encode()), timeout=10
        ):
            pass


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
