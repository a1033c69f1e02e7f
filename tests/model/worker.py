"""``python -m model.worker ADDRESS QUEUE PORT``: a worker that may be killed at any moment; its effects are made elsewhere."""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from support.saga_worker import World, connect
from temporalio import activity
from temporalio.client import Client

from model.ledger import Remote
from symphainy.foundations.language.wire import StepCall


class Killable(World):
    """Delivers every call to the receiver, under its execution and key."""

    def __init__(self, client: Client, queue: str, port: int) -> None:
        super().__init__(client, {})
        self.queue, self._remote = queue, Remote(port)

    def _call(self, call: StepCall) -> Any:
        key = f"{call.path}/undo" if call.kind == "undo" else call.path
        execution = str(activity.info().workflow_id)
        return self._remote.call(execution, key, call.capability.split("@")[0], call.arguments)


async def main(address: str, queue: str, port: int) -> None:
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)  # the programs' own faults are no news
    world = Killable(await connect(address), queue, port)
    limits = {
        "max_concurrent_workflow_tasks": 8,
        "workflow_task_executor": ThreadPoolExecutor(2, "saga"),
    }  # as worker.py has them
    async with world.worker(sticky_queue_schedule_to_start_timeout=timedelta(seconds=1), **limits):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
