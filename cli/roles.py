"""The platform's own processes, in the order in which document 001 brings the planes up."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence

from symphainy.cli.layout import Layout
from symphainy.cli.service import Act, Service, ready_line
from symphainy.foundations.settings import PREFIX, Settings

PREPARE = (sys.executable, "-P", "-m", "symphainy.cli.prepare")
WORKER = (sys.executable, "-P", "-m", "symphainy.worker", "--role")
"""``-P``: the current folder never gets on the import path, where ``workflows`` would be loaded under a second name."""


def preparing() -> list[Sequence[Service | Act]]:
    """What comes before every role: the schema to its newest form."""
    return [[Service("migrations", "runtime", PREPARE, ready_line("migrations"), once=True, forked=True)]]


def roles(
    settings: Settings, listener: socket.socket | None = None, *, experiences: int = 1
) -> list[Sequence[Service | Act]]:
    """In waves: migrations; runtime (workers, relay); solutions; experience, which is bound last.

    Several experience processes share ``listener``; connections wait in it while one of them is replaced.
    """
    workers = [
        Service(
            f"worker-{number}", "runtime", (*WORKER, "worker", "--replica", str(number)), ready_line("worker"),
            ports=("metrics",) if number == 1 else (), forked=True,
        )
        for number in range(1, settings.workers + 1)
    ]  # fmt: skip
    names = ["experience"] if experiences == 1 else [f"experience-{number}" for number in range(1, experiences + 1)]
    return [
        *preparing(),
        [*workers, Service("relay", "runtime", (*WORKER, "relay"), ready_line("relay"), forked=True)],
        [Service("solution", "solutions", (*WORKER, "solution"), ready_line("solution"), ports=("solution_api",), forked=True)],
        [
            Service(
                name, "experience", (*WORKER, "experience"), ready_line("experience"), ports=() if listener else ("experience_api",),
                listener=listener, forked=True,
            )
            for name in names
        ],
    ]  # fmt: skip


def environment(settings: Settings, layout: Layout, urls: Mapping[str, str]) -> dict[str, str]:
    """What every process is started with: this process' own environment, and exactly these settings."""
    told = settings.model_copy(update={"data_dir": layout.data_dir.resolve(), "port_base": layout.port_base, **urls})
    mine = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    return {**mine, **told.environment_for_child(), "PYTHONUNBUFFERED": "1"}
