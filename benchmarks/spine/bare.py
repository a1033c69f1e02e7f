"""The bare side: a hand-written Temporal workflow with the same steps as activities, on the same server.

    python -P -m spine.bare worker --address H:P          # until it is ended
    python -P -m spine.bare load --address H:P --steps 5  # from another process

No city, no journal, no events, no encryption: what Temporal itself costs.
"""

import argparse
import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

QUEUE = "bench-bare"


@activity.defn
async def add(value: dict[str, int]) -> dict[str, int]:
    """One more."""
    return {"n": value["n"] + 1}


@workflow.defn
class Chain:
    """So many steps one after another."""

    @workflow.run
    async def run(self, steps: int) -> dict[str, int]:
        """What the last step gave."""
        value = {"n": 0}
        for _ in range(steps):
            value = await workflow.execute_activity(add, value, start_to_close_timeout=timedelta(seconds=30))
        return value


async def work(address: str, namespace: str) -> None:
    """Poll until this process is ended."""
    client = await Client.connect(address, namespace=namespace)
    async with Worker(client, task_queue=QUEUE, workflows=[Chain], activities=[add]):
        print("ready", flush=True)
        await asyncio.Event().wait()


async def load(options: argparse.Namespace) -> dict[str, Any]:
    """Start workflows and wait for their results."""
    import os

    from spine.load import measure

    client = await Client.connect(options.address, namespace=options.namespace)

    async def run(number: int) -> None:
        name = f"bare-{os.getpid()}-{options.steps}-{number}"
        found = await client.execute_workflow(Chain.run, options.steps, id=name, task_queue=QUEUE)
        assert found == {"n": options.steps}, found

    return await measure(run, alone=options.alone, together=options.together, width=options.width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["worker", "load"])
    parser.add_argument("--address", required=True)
    parser.add_argument("--namespace", default="symphainy")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--alone", type=int, default=100)
    parser.add_argument("--together", type=int, default=300)
    parser.add_argument("--width", type=int, default=30)
    chosen = parser.parse_args()
    if chosen.what == "worker":
        asyncio.run(work(chosen.address, chosen.namespace))
    else:
        from spine.load import tell

        tell(asyncio.run(load(chosen)))
