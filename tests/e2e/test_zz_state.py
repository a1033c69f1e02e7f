"""After everything else: the journal says what Temporal's histories say; and an altered row is named."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from support.instance import Running
from support.sagas import ended, pay, registered

from symphainy.bindings.works import sql
from symphainy.foundations.settings import Settings

pytestmark = pytest.mark.timeout(300)


async def test_verify_passes_after_all_of_it_finds_what_was_altered_or_lost_and_rebuild_restores_what_can_be(
    running: Running,
) -> None:
    async with await running.login() as client:
        intent = await registered(client, [{"a": pay(running.observer, "a")}])
        altered, lost = [(await client.submit(intent, {})).execution_id for _ in range(2)]
        await ended(client, altered)
        before = await ended(client, lost)
        await asyncio.sleep(2)
        told = verified(running)
        assert told["ok"] and told["journal"] >= 3 and told["histories"] >= 1, told
        tenant = (await client.session()).tenant
        await owner(running, ["DELETE FROM executions WHERE execution_id = :e"], lost, "executions")
        await alter(running, altered)
        found = verified(running, tenant)["findings"]
        assert any(altered in each["row"] for each in found) and any(lost in each["row"] for each in found)
        running.cli("state", "rebuild", "--tenant", tenant, "--json", "--data-dir", str(running.data_dir))
        assert await client.result(lost) == before


def verified(running: Running, *tenant: str) -> dict[str, Any]:
    """Of all tenants, or of one."""
    alone = [part for name in tenant for part in ("--tenant", name)]
    done = running.cli("state", "verify", *alone, "--json", "--data-dir", str(running.data_dir), check=False)
    told = json.loads(done.stdout)
    assert (done.returncode == 0) == told["ok"], done.stdout[-2000:]
    return told


async def alter(running: Running, execution: str) -> None:
    """What somebody with the database's own rights could do."""
    await owner(
        running, ["UPDATE journal SET name = 'other' WHERE execution_id = :e AND kind = 'step'"], execution, "journal"
    )


async def owner(running: Running, statements: list[str], execution: str, table: str) -> None:
    """Run statements as the owner, past row-level security and triggers."""
    note = json.loads((running.data_dir / "instance.json").read_text())
    settings = Settings(data_dir=running.data_dir, sql_url=note["environment"]["SYMPHAINY_SQL_URL"])
    database = sql(settings)
    try:
        async with database.engine("owner").begin() as connection:
            for change in ("NO FORCE ROW LEVEL SECURITY", "DISABLE TRIGGER USER"):
                await connection.execute(text(f"ALTER TABLE {table} {change}"))
            for statement in statements:
                assert (await connection.execute(text(statement), {"e": execution})).rowcount == 1
            for change in ("ENABLE TRIGGER USER", "FORCE ROW LEVEL SECURITY"):
                await connection.execute(text(f"ALTER TABLE {table} {change}"))
    finally:
        await database.close()
