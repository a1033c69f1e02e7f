"""Prefect on PostgreSQL: five tasks in a flow, against its own server in a process of its own.

python -m spine.peers.prefect_side --alone 20 --together 60     # PREFECT_API_URL says where the server is
"""

import argparse
import asyncio
from typing import Any

from prefect import flow, task

from spine.load import measure, tell

STEPS = 5


@task
async def add(n: int) -> int:
    """One more."""
    return n + 1


@flow(log_prints=False)
async def chain() -> int:
    """The tasks one after another."""
    n = 0
    for _ in range(STEPS):
        n = await add(n)
    return n


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Load it."""

    async def run(_: int) -> None:
        assert await chain() == STEPS

    return await measure(run, alone=options.alone, together=options.together, width=options.width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", type=int, default=20)
    parser.add_argument("--together", type=int, default=60)
    parser.add_argument("--width", type=int, default=20)
    tell(asyncio.run(main(parser.parse_args())))
