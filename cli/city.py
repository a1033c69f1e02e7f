"""The city's whole configuration, from a process of its own: ``python -P -m symphainy.cli.city [TENANT]``; prints one JSON value.

With a tenant, the switches that are set for it are among them, and how many of its runs are past their retention.
"""

import asyncio
import json
import sys
from typing import Any


async def city(tenant: str) -> dict[str, Any]:
    """As ``City.status`` gives it: roll, bundle, switches, maintenance."""
    from symphainy.bindings.platform import platform
    from symphainy.foundations.settings import Settings

    async with platform(Settings(), "status") as parts:
        if not tenant:
            return dict(parts.city.status())
        await parts.city.prepare(tenant)
        return {**parts.city.status(), "retention": await parts.desk().retention(tenant)}


if __name__ == "__main__":
    told = asyncio.run(city(sys.argv[1] if len(sys.argv) > 1 else ""))
    sys.stdout.write(json.dumps({"ok": True, "city": told}, default=str) + "\n")
