"""What lives at this moment, asked of those who know: workers which steps are under way, the Solution API what is deployed."""

import asyncio
import re
import urllib.request
from collections.abc import Iterable
from typing import Any

from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.instance import Instance, ServiceNote
from symphainy.foundations.language.errors import SymphainyError

PATIENCE = 5.0
"""Seconds for one answer; `status` rather says that it does not know."""
_ACTIVE = re.compile(r'^symphainy_steps_active\{realm="([^"]+)"\} (-?\d+)', re.MULTILINE)


def steps(notes: Iterable[ServiceNote]) -> dict[str, int] | None:
    """Realm → steps under way now, over all workers; None when one of them cannot be asked."""
    found: dict[str, int] = {}
    for note in notes:
        identity = note.identity
        if not note.name.startswith("worker") or identity is None or not identity.alive:
            continue  # who is dead has no step under way
        try:
            with urllib.request.urlopen(f"http://{note.facts['metrics']}/metrics", timeout=PATIENCE) as answer:
                page = answer.read().decode()
        except (OSError, KeyError, ValueError):
            return None
        for realm, count in active(page).items():
            found[realm] = found.get(realm, 0) + count
    return found


def active(page: str) -> dict[str, int]:
    """The gauge on a metrics page.

    >>> active('symphainy_steps_active{realm="content"} 2')
    {'content': 2}
    """
    return {realm: int(count) for realm, count in _ACTIVE.findall(page)}


def experience(instance: Instance) -> dict[str, Any]:
    """Deployed solutions of the local user's tenant with their surfaces, as they are now. ``why``: if they are not known."""
    known = Credentials.load(instance.layout)
    if known is None:  # asking must not register anybody
        return {
            "tenant": None,
            "solutions": [],
            "why": "nobody is logged in here; `symphainy login` shows what is deployed",
        }
    try:
        solutions = asyncio.run(asyncio.wait_for(_deployed(instance), PATIENCE))
    except (SymphainyError, TimeoutError) as error:
        detail = error.detail if isinstance(error, SymphainyError) else "no answer in time"
        return {"tenant": known.tenant, "solutions": [], "why": f"the Solution API could not be asked: {detail}"}
    return {"tenant": known.tenant, "solutions": solutions, "why": None}


async def _deployed(instance: Instance) -> list[dict[str, Any]]:
    async with signed_in(instance) as platform:
        items = (await platform.solution.solutions()).items
    return [
        {
            "name": each.name, "version": each.version, "title": each.title,
            "surfaces": [{"surface": b["kind"], "name": b["name"]} for b in each.bindings],
        }
        for each in sorted(items, key=lambda each: each.name) if each.status == "deployed"
    ]  # fmt: skip
