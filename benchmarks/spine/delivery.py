"""From the commit of a journal row to the client that watches, while so many events come per second.

    python -P -m spine.delivery --data-dir D --rate 200 --seconds 15

An event carries the moment of its row, set inside the transaction: what is printed is a little more than commit → client. Client
and platform share the machine and its clock, and the client's own work on each event is in the figure.
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

from spine.load import tell
from spine.ours import DOCUMENTS
from symphainy.cli.credentials import signed_in
from symphainy.cli.instance import Instance
from symphainy.foundations.experience import SymphainyClient

DOCUMENT = "chain-add-5"
INTENT = f"bench/{DOCUMENT}:1.0.0"


async def measure(data_dir: Path, rate: float, seconds: float) -> dict[str, Any]:
    """Milliseconds p50 and p99, and how many events per second really came."""
    async with signed_in(Instance.running(data_dir)) as client:
        await client.solution.register(json.dumps(DOCUMENTS[DOCUMENT]), f"{DOCUMENT}.yaml")
        each = len(await _watched(client))  # events of one saga; warms the line too
        late: list[float] = []
        begin, waiting = time.perf_counter(), []
        for number in range(int(rate * seconds / each)):
            await asyncio.sleep(max(0.0, begin + number * each / rate - time.perf_counter()))
            waiting.append(asyncio.create_task(_watched(client)))
        for found in await asyncio.gather(*waiting):
            late += found
        taken = time.perf_counter() - begin
    return {
        "events": len(late), "per_s": round(len(late) / taken, 1), "events_per_saga": each,
        "p50_ms": round(statistics.median(late) * 1000, 1), "p99_ms": round(statistics.quantiles(late, n=100)[98] * 1000, 1),
    }  # fmt: skip


async def _watched(client: SymphainyClient) -> list[float]:
    """Seconds from each event's moment until it is here."""
    accepted = await client.submit(INTENT, {})
    watching = time.time()
    late = []
    async for event in client.watch(accepted.execution_id):
        # What happened before the client listened waited for the client, not on the way.
        late.append(time.time() - max(event.time.timestamp(), watching))
    return late


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    tell(asyncio.run(measure(options.data_dir, options.rate, options.seconds)))
