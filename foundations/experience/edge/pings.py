"""Asking what a plane rests on whether it is there."""

import asyncio
from collections.abc import Mapping

from symphainy.foundations.experience.edge.ports import Ping
from symphainy.foundations.experience.models import Health
from symphainy.foundations.language.errors import SymphainyError

PATIENCE = 2.0
"""Seconds for one part to answer; a slower one is as good as away."""


async def look(pings: Mapping[str, Ping]) -> Health:
    """All parts at once: ``ok`` or ``away``."""
    said = await asyncio.gather(*(_one(part) for part in pings.values()))
    words = dict(zip(pings, said, strict=True))
    return Health(status="ok" if all(word == "ok" for word in said) else "degraded", parts=words)


async def _one(part: Ping) -> str:
    try:
        await asyncio.wait_for(part.ping(), PATIENCE)
    except (SymphainyError, OSError, TimeoutError):
        return "away"
    return "ok"
