"""LangGraph with its PostgreSQL checkpointer, synchronous durability: five nodes, a checkpoint after each.

python -m spine.peers.langgraph_side --url postgresql://… --alone 100 --together 300
"""

import argparse
import asyncio
from typing import Any, TypedDict

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from spine.load import measure, tell

STEPS = 5


class Value(TypedDict):
    """What travels from node to node."""

    n: int


async def add(value: Value) -> Value:
    """One more."""
    return {"n": value["n"] + 1}


async def main(options: argparse.Namespace) -> dict[str, Any]:
    """Load it."""
    graph: Any = StateGraph(Value)
    for number in range(STEPS):
        graph.add_node(f"s{number}", add)
        graph.add_edge(START if number == 0 else f"s{number - 1}", f"s{number}")
    graph.add_edge(f"s{STEPS - 1}", END)
    about = {"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0}
    async with AsyncConnectionPool(options.url, min_size=4, max_size=options.width, kwargs=about) as pool:
        saver = AsyncPostgresSaver(pool)
        await saver.setup()
        built = graph.compile(checkpointer=saver)

        async def run(number: int) -> None:
            name = {"configurable": {"thread_id": f"bench-{options.run}-{number}"}}
            found = await built.ainvoke({"n": 0}, name, durability="sync")
            assert found == {"n": STEPS}

        return await measure(run, alone=options.alone, together=options.together, width=options.width)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--run", default="1")
    parser.add_argument("--alone", type=int, default=100)
    parser.add_argument("--together", type=int, default=300)
    parser.add_argument("--width", type=int, default=30)
    tell(asyncio.run(main(parser.parse_args())))
