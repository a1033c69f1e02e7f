"""DBOS on PostgreSQL: five steps in a workflow, each recorded; started and awaited from this process, as its library is used.

python -m spine.peers.dbos_side --url postgresql://… --alone 100 --together 300
"""

import argparse
import asyncio
from typing import Any

from dbos import DBOS, SetWorkflowID

from spine.load import measure, tell

STEPS = 5


@DBOS.step()
async def add(n: int) -> int:
    """One more."""
    return n + 1


@DBOS.workflow()
async def chain() -> int:
    """The steps one after another."""
    n = 0
    for _ in range(STEPS):
        n = await add(n)
    return n


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Load it."""
    DBOS(config={"name": "bench", "system_database_url": options.url, "run_admin_server": False, "log_level": "ERROR"})
    DBOS.launch()

    async def run(number: int) -> None:
        with SetWorkflowID(f"bench-{options.run}-{number}"):
            handle = await DBOS.start_workflow_async(chain)
        assert await handle.get_result() == STEPS

    try:
        return await measure(run, alone=options.alone, together=options.together, width=options.width)
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--run", default="1")
    parser.add_argument("--alone", type=int, default=100)
    parser.add_argument("--together", type=int, default=300)
    parser.add_argument("--width", type=int, default=30)
    tell(asyncio.run(main(parser.parse_args())))
