"""The step between the servers and the platform: schema to its newest form. Ends; prints where it stands.

In a process of its own, as owner: nothing that serves requests ever holds the owner's rights (DECISIONS 28).
"""

import asyncio
import json
import sys


async def prepare() -> None:
    """Run all migrations, create roles, policies and triggers."""
    from symphainy.bindings import sql
    from symphainy.foundations.settings import Settings
    from symphainy.runtime.store.migrate import upgrade

    database = sql(Settings())
    try:
        head = await upgrade(database)
    finally:
        await database.close()
    sys.stdout.write(json.dumps({"ready": "migrations", "head": head}) + "\n")


if __name__ == "__main__":
    asyncio.run(prepare())
