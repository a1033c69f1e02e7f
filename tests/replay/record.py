"""``make record [NAME=…]``: runs the cases on a real server and keeps their histories in tests/histories.

A history that is there is kept: it is what running sagas hold. Record one anew only together with a new semantics version.
"""

import asyncio
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from support.saga_worker import World, connect
from support.temporal_server import temporal_server
from temporalio.client import Client, WorkflowFailureError

from replay.cases import Case, cases

FOLDER = Path(__file__).resolve().parents[1] / "histories"


async def record(client: Client, name: str, case: Case) -> None:
    """Run one case and keep the history of its last run."""
    world = World(client, case.functions)
    async with world.worker():
        handle = await world.start(case.made, case.data, **case.more)
        await case.drive(handle)
        with suppress(WorkflowFailureError):
            await handle.result()
        history = await client.get_workflow_handle(handle.id).fetch_history()
    (FOLDER / f"{name}.json").write_text(
        history.to_json().replace(f"{FOLDER.parents[1]}/", "")
    )  # stack traces name no machine


async def all_of(names: list[str]) -> None:
    wanted = {
        name: case
        for name, case in cases().items()
        if name in names or (not names and not (FOLDER / f"{name}.json").exists())
    }
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, temporal_server(Path(folder)) as address:
        client = await connect(address)
        await asyncio.gather(*(record(client, name, case) for name, case in wanted.items()))
    sys.stdout.write(f"{len(wanted)} recorded: {' '.join(wanted) or 'all are there'}\n")


if __name__ == "__main__":
    asyncio.run(all_of([name for name in sys.argv[1:] if name]))
