"""Long loops and wide forks on the tuned Temporal server: time, history per run, memory of the worker.

    make large [SIZES="loop=1000,10000 fork=1000 local activity"]

Each is run twice: its steps in local mode (a few dozen ride in one marker) and as activities. The workflow is the platform's own; the
activities behind it are functions, so what is measured is the interpreter and the engine, not the journal.
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from support.large import Made, fork_of, loop_of, measured
from support.saga_worker import World, connect
from support.temporal_server import temporal_server

ROW = "{:28} {:>7} {:>5} {:>16} {:>16} {:>9}\n"


def held() -> float:
    """MB that this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / (1 << 20)


async def row(address: str, name: str, made: Made) -> None:
    """Run one and print what it came to."""
    plan, functions, data = made
    world = World(await connect(address), functions)
    begun = time.monotonic()
    seen = await measured(world, plan, data)
    took = time.monotonic() - begun
    events, size = [run.events for run in seen.runs], [run.bytes >> 10 for run in seen.runs]
    sys.stdout.write(
        ROW.format(
            name,
            f"{took:.1f} s",
            len(seen.runs),
            f"{max(events)} of {sum(events)}",
            f"{max(size)} of {sum(size)}",
            f"{held():.0f} MB",
        )
    )
    sys.stdout.flush()


async def main(words: list[str]) -> None:
    """All that is asked for, or everything."""
    asked = dict(word.partition("=")[::2] for word in words if "=" in word) or {"loop": "1000,10000", "fork": "1000"}
    modes = [word for word in words if "=" not in word] or ["local", "activity"]
    sys.stdout.write(f"worker before: {held():.0f} MB\n")
    sys.stdout.write(ROW.format("", "time", "runs", "events, most of", "KB, most of", "worker"))
    with tempfile.TemporaryDirectory() as folder, temporal_server(Path(folder)) as address:
        for mode in modes:
            for kind, counts in asked.items():
                for count in map(int, counts.split(",")):
                    made = (loop_of if kind == "loop" else fork_of)(count, local=mode == "local")
                    await row(address, f"{kind} of {count}, {mode}", made)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
