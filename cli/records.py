"""The operator's look into the decision records, in a process of its own: ``python -P -m symphainy.cli.records TENANT EXECUTION``.

Prints one JSON value. What it opens (the database, as the role of every process) stays out of the command line.
"""

import asyncio
import json
import sys
from typing import Any


async def decisions(tenant: str, execution: str) -> list[dict[str, Any]]:
    """The decision records of an execution, in the order in which they were chained."""
    from symphainy.bindings.works import sql
    from symphainy.foundations.settings import Settings
    from symphainy.runtime.store.decisions import Decisions
    from symphainy.runtime.store.unit import Store

    database = sql(Settings())
    try:
        rows = await Decisions(Store(database)).after(tenant, execution)
    finally:
        await database.close()
    return [
        {"effect_key": row.effect_key, "seq": row.seq, "hash": row.hash, **json.loads(row.body)}
        for row in rows
        if row.stream == execution
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(decisions(sys.argv[1], sys.argv[2])), default=str) + "\n")
