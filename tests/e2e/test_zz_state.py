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


async def test_rebuild_restores_a_lost_projection(running: Running) -> None:
    async with await running.login() as client:
        accepted = await client.submit(await registered(client, [{"a": pay(running.observer, "a")}]), {})
        before = await ended(client, accepted.execution_id)
        await asyncio.sleep(2)
        await owner(running, ["DELETE FROM executions WHERE execution_id = :e"], accepted.execution_id, "executions")
        assert verified(running)["wrong"] > 0
        running.cli("state", "rebuild", "--json", "--data-dir", str(running.data_dir))
        assert verified(running)["wrong"] == 0
        assert await client.result(accepted.execution_id) == before


async def test_verify_passes_after_all_of_it_and_fails_after_a_row_is_altered(running: Running) -> None:
    async with await running.login() as client:
        accepted = await client.submit(await registered(client, [{"a": pay(running.observer, "a")}]), {})
        await ended(client, accepted.execution_id)
        await asyncio.sleep(2)
        fine = running.cli("state", "verify", "--json", "--data-dir", str(running.data_dir), check=False)
        assert fine.returncode == 0, fine.stdout[-3000:]
        told = json.loads(fine.stdout)
        assert told["ok"] and told["journal"] >= 3 and told["histories"] >= 1
        await alter(running, accepted.execution_id)
        wrong = running.cli("state", "verify", "--json", "--data-dir", str(running.data_dir), check=False)
        assert wrong.returncode == 1
        assert any(accepted.execution_id in finding["row"] for finding in json.loads(wrong.stdout)["findings"])


def verified(running: Running) -> dict[str, Any]:
    done = running.cli("state", "verify", "--json", "--data-dir", str(running.data_dir), check=False)
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
