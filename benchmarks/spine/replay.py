"""Replay of a full run, up to the continue-as-new limit, beside a hand-written workflow of as many activities.

    python -P -m spine.replay --data-dir D --document chain-tell-1000

Prints one JSON line: events and seconds of both; the better of ``ROUNDS`` counts for both.
"""

import argparse
import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from spine.bare import QUEUE, Chain
from spine.load import tell
from spine.ours import DOCUMENTS
from symphainy.bindings.platform import platform
from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.instance import Instance
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.settings import Settings
from symphainy.worker import replayer

ROUNDS = 5


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Run the saga, take its first run's history, replay it; then the same for the bare workflow."""
    instance = Instance.running(options.data_dir)
    async with signed_in(instance) as client:
        await client.solution.register(json.dumps(DOCUMENTS[options.document]), f"{options.document}.yaml")
    known = Credentials.load(instance.layout)
    assert known is not None
    os.environ.update(instance.environment)
    settings = Settings(data_dir=options.data_dir, port_base=instance.port_base)
    async with platform(settings, "bench") as parts:
        temporal = await parts.temporal()
        runtime, guard = parts.runtime(temporal), parts.guard()
        session = (await guard.login(known.tenant, known.email, known.password)).session
        accepted = await runtime.submit(Intent(type=f"bench/{options.document}:1.0.0", payload={}), session)
        first = temporal.get_workflow_handle(workflow_id(known.tenant, accepted.execution_id))
        begun = (await first.describe()).run_id
        assert (await runtime.result(session, accepted.execution_id, wait=300)).status == "completed"
        ours = await temporal.get_workflow_handle(first.id, run_id=begun).fetch_history()
        mine = await _replayed(replayer(temporal), ours)
    bare = await _bare(settings, activities(ours))
    theirs = await _replayed(Replayer(workflows=[Chain]), bare)
    return {
        "events": len(ours.events), "bare_events": len(bare.events), "steps": activities(ours),
        "ours_ms": round(mine * 1000, 1), "bare_ms": round(theirs * 1000, 1),
    }  # fmt: skip


def activities(history: WorkflowHistory) -> int:
    """How many activities a run has scheduled."""
    return sum(each.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED for each in history.events)


async def _bare(settings: Settings, steps: int) -> WorkflowHistory:
    """A hand-written run of as many activities; its worker is beside."""
    client = await Client.connect(settings.temporal_address, namespace=settings.temporal_namespace)
    handle = await client.start_workflow(Chain.run, steps, id=f"replay-{os.getpid()}", task_queue=QUEUE)
    await handle.result()
    return await handle.fetch_history()


async def _replayed(again: Replayer, history: WorkflowHistory) -> float:
    """Seconds of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        await again.replay_workflow(history)
        best = min(best, time.perf_counter() - begin)
    return best


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--document", choices=sorted(DOCUMENTS), default="chain-tell-1000")
    tell(asyncio.run(main(parser.parse_args())))
