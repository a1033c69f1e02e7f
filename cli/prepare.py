"""The step between the servers and the platform: the schema to its newest form, as owner.

Nothing that serves requests ever holds the owner's rights (DECISIONS 28): the supervisor does this, or, where there is none, a
process that does nothing else (``python -P -m symphainy.cli.prepare`` in docker-compose.yml).
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from symphainy.foundations.settings import Settings


async def prepare(settings: Settings) -> str:
    """Run all migrations, create roles, policies and triggers; the revision that the database is at then."""
    from symphainy.bindings.works import sql
    from symphainy.runtime.store.migrate import upgrade

    database = sql(settings)
    try:
        return await upgrade(database)
    finally:
        await database.close()


def main(_arguments: Sequence[str] = ()) -> None:
    """Do it, and say so in one JSON line."""
    head = asyncio.run(prepare(Settings()))
    sys.stdout.write(json.dumps({"ready": "migrations", "head": head}) + "\n")


if __name__ == "__main__":
    main()
