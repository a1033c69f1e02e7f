"""Submit → first event at the client, on an idle machine: median of 20 (target: under 150 ms).

    make bench-first-event        # on a platform of its own
    python -P benchmarks/first_event.py --data-dir .symphainy

Both clocks are this process' own: from before the submit's first byte to the first event off the SSE stream.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from pathlib import Path

from symphainy.cli.credentials import signed_in
from symphainy.cli.instance import Instance

RUNS = 20
INTENT, PAYLOAD = "content.search", {"query": "excess"}


async def measure(data_dir: Path) -> dict[str, float]:
    """Milliseconds: to the 202, to the first event, to the closing event; medians, and the largest first event."""
    accepted_at, first_at, closed_at = [], [], []
    async with signed_in(Instance.running(data_dir)) as client:
        for number in range(RUNS + 3):
            begin = time.perf_counter()
            accepted = await client.submit(INTENT, {**PAYLOAD, "limit": 1 + number % 5})
            taken, seen = time.perf_counter(), 0.0
            async for _ in client.watch(accepted.execution_id):
                seen = seen or time.perf_counter()
            if number >= 3:  # the first ones warm the caches
                accepted_at.append(taken - begin)
                first_at.append(seen - begin)
                closed_at.append(time.perf_counter() - begin)
    ms = {"accepted": accepted_at, "first_event": first_at, "closed": closed_at}
    return {name: round(statistics.median(values) * 1000, 1) for name, values in ms.items()} | {
        "first_event_max": round(max(first_at) * 1000, 1), "runs": RUNS,
    }  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path(".symphainy"))
    found = asyncio.run(measure(parser.parse_args().data_dir.resolve()))
    sys.stdout.write(json.dumps(found) + "\n")
