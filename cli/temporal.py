"""The embedded Temporal server, tuned: as it comes, a five-step saga takes 550 ms; with these flags 56 ms."""

import asyncio
import os
from pathlib import Path
from typing import Any

from symphainy.cli.layout import Layout
from symphainy.cli.service import Output, Service, accepts
from symphainy.cli.temporal_binary import version

DYNAMIC = (
    # A shard's queues poll at most 20 times a second and the dev server has one shard: every hop would wait 50 ms.
    "history.transferProcessorMaxPollRPS=5000",
    "history.timerProcessorMaxPollRPS=5000",
    "history.visibilityProcessorMaxPollRPS=5000",
    # What a queue has done it remembers until it next notes how far it is, 30 s by default, and walks through all of it for each new
    # task: a fifth of the busy server's time, and more the busier it is (perf, 199 per second).
    'history.transferProcessorUpdateAckInterval="1s"',
    'history.timerProcessorUpdateAckInterval="1s"',
    'history.visibilityProcessorUpdateAckInterval="1s"',
    # A timer is due up to this much later, 1 s by default: the breath of 1 ms between two turns took 0.6 to 1 s, now 5 to 30 ms.
    'history.timerProcessorMaxTimeShift="1ms"',
    # With four partitions about one run in fifteen stalls 2.0 s, when a task is forwarded between them.
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
    # From its third attempt on, a workflow task is waited for longer and longer, up to 10 min: a run whose workers had been killed a
    # few times stood still for minutes. Now at most 5 s longer than the 3 s that it has.
    'history.workflowTaskRetryMaxInterval="5s"',
    "system.enableEagerWorkflowStart=true",
    # Priority and fairness between tenants work only with both.
    "matching.useNewMatcher=true",
    "matching.enableFairness=true",
)
ENVIRONMENT = {
    "GOGC": "300",  # collect when the heap has grown fourfold, not twofold: collection took 8 % of the busy server's time
    "TEMPORAL_CONFIG_FILE": os.devnull,  # a user's profile must not redirect our own server
}
PRAGMAS = ("journal_mode=wal", "synchronous=normal")
"""``normal`` may lose the last transactions when the power fails, not when a process dies; ``full`` costs another 4x."""


def temporal(layout: Layout, binary: Path, *, durable: bool = False) -> tuple[Service, str]:
    """The service and its address. ``durable`` makes SQLite wait for the disk at every commit."""
    port, address = layout.port("temporal"), f"{layout.host}:{layout.port('temporal')}"
    pragmas = (PRAGMAS[0], "synchronous=full") if durable else PRAGMAS
    command = [
        str(binary), "server", "start-dev", "--ip", layout.host, "--port", str(port),
        "--ui-port", str(layout.port("temporal_ui")), "--ui-codec-endpoint", f"{layout.url('solution_api')}/codec",
        "--db-filename", str((layout.data_dir / "temporal" / "temporal.db").resolve()), "--log-format", "json",
    ]  # fmt: skip
    for pragma in pragmas:
        command += ["--sqlite-pragma", pragma]
    for setting in DYNAMIC:
        command += ["--dynamic-config-value", setting]
    service = Service(
        name="temporal",
        stage="runtime",
        command=tuple(command),
        ready=_ready(layout.host, port, binary, address),
        ports=("temporal", "temporal_ui"),
        environment=ENVIRONMENT,
    )
    return service, address


def _ready(host: str, port: int, binary: Path, address: str) -> Any:
    listening = accepts(host, port)

    async def wait(output: Output) -> dict[str, Any]:
        await listening(output)
        while not await healthy(binary, address):
            await asyncio.sleep(0.1)
        return {"version": server_version(await asyncio.to_thread(version, binary))}

    return wait


async def healthy(binary: Path, address: str) -> bool:
    """Whether the server answers that it serves."""
    probe = await asyncio.create_subprocess_exec(
        str(binary), "operator", "cluster", "health", "--address", address, "--command-timeout", "3s",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await probe.communicate()
    return b"SERVING" in said


def server_version(said: str) -> str:
    """The server's version out of what the binary says of itself.

    >>> server_version("0.0.0-DEV (Server 1.29.1, UI 2.42.1)")
    '1.29.1'
    """
    return said.partition("Server ")[2].partition(",")[0].rstrip(")") or said
