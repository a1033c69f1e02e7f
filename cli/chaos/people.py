"""Who acts in a trial: its owner, a clerk, a colleague without any right, and the owner of another tenant."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from symphainy.cli.chaos.patience import patiently
from symphainy.cli.layout import Layout
from symphainy.foundations.experience import SymphainyClient

LOGIN_EVERY = 240.0
"""Seconds after which everybody logs in anew: an access token is good for 15 minutes, and a trial takes longer."""


@dataclass(frozen=True)
class People:
    """Each a client that is logged in. The colleague (``powerless``) has no role at all."""

    owner: SymphainyClient
    clerk: SymphainyClient
    powerless: SymphainyClient
    neighbour: SymphainyClient


@asynccontextmanager
async def people(layout: Layout, seed: int) -> AsyncIterator[People]:
    """Two new tenants and their people, for the block; nobody's token runs out in it."""
    tenant, word = f"chaos{seed}-{int(time.time())}", random.randbytes(18).hex()
    async with AsyncExitStack() as stack:
        url, solution = layout.url("experience_api"), layout.url("solution_api")
        clients = [await stack.enter_async_context(SymphainyClient(url, solution)) for _ in range(4)]
        found = People(*clients)
        accounts = [
            (client, home, f"{name}@chaos.invalid", word)
            for client, home, name in (
                (found.owner, tenant, "owner"), (found.clerk, tenant, "clerk"), (found.powerless, tenant, "powerless"),
                (found.neighbour, f"{tenant}-next", "owner"),
            )
        ]  # fmt: skip
        for client, *account in accounts:
            await client.register(*account)
            await client.login(*account)
        for client, roles in ((found.clerk, ["operator"]), (found.powerless, [])):
            await found.owner.solution.set_roles((await client.session()).principal.id, roles)
        again = asyncio.create_task(_login(accounts))
        try:
            yield found
        finally:
            again.cancel()


async def _login(accounts: list[tuple[SymphainyClient, str, str, str]]) -> None:
    while True:
        await asyncio.sleep(LOGIN_EVERY)
        for client, *account in accounts:
            await patiently(lambda client=client, account=account: client.login(*account))  # type: ignore[misc]
