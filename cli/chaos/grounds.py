"""Where a trial runs: a platform of its own, thrown away behind it, and the observer, which nothing kills."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from symphainy.cli.chaos import observer as observing
from symphainy.cli.layout import PORTS
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import PREFIX

SYMPHAINY = (sys.executable, "-P", "-m", "symphainy.cli")


def environment(realms: str) -> dict[str, str]:
    """This process' own, without settings meant for another installation, and with the realm that is tried."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX) or k == f"{PREFIX}TEMPORAL_CLI"}
    return mine | {f"{PREFIX}REALMS": realms}


@contextmanager
def platform(folder: Path, realms: str, *, workers: int = 2, experiences: int = 1) -> Iterator[Path]:
    """A running platform in ``folder``; its data folder. Invalid, with what it said, when it does not start.

    Whoever ends this process by SIGTERM ends the platform too.
    """
    data_dir, mine = folder / "data", environment(realms)
    where = ["--data-dir", str(data_dir)]
    sizes = ["--workers", str(workers), "--experiences", str(experiences), "--port-base", str(free_ports())]
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        done = subprocess.run([*SYMPHAINY, "up", *where, *sizes, "--detach"], env=mine, capture_output=True, text=True)
        if done.returncode:
            raise Invalid(f"the platform did not start: {(done.stdout + done.stderr)[-1500:]}")
        yield data_dir
    finally:
        subprocess.run([*SYMPHAINY, "down", *where], env=mine, capture_output=True)
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)


@contextmanager
def observer(folder: Path, *, ignore_keys: bool = False) -> Iterator[str]:
    """The observer's address."""
    port = free_ports()
    flags = ["--ignore-keys"] if ignore_keys else []
    command = [sys.executable, observing.__file__, str(port), str(folder / "observer.db"), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or process.stdout.readline() != b"ready\n":
                raise Invalid("the observer did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def free_ports() -> int:
    """The first of as many consecutive free ports as a platform takes, below those that the system gives to outgoing connections."""
    for base in range(20_000 + os.getpid() * 10 % 8_000, 32_700, 10):
        try:
            for port in range(base, base + len(PORTS)):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
    raise Invalid("no free ports in a row", remedy="end what holds them")
