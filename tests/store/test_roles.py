"""What each role can not do, tried as that role (DECISIONS.md 28)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.adapters import postgres
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from ..surface.making import PAY, call, closing, entry, new, opening, passport
from .database import MASTER, MemorySealer, Moving

GROWING = [
    "journal",
    "decisions",
    "lineage",
    "events",
    "plans",
    "definitions",
    "solutions",
    "policy_bundles",
    "task_decisions",
    "anchors",
]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def execution(store: Store, sealer: MemorySealer, clock: Moving, tenant: str) -> str:
    """An execution with rows in every table that the surface writes."""
    surface, execution = StateSurface(store, sealer, clock), new()
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    await surface.commit([entry(call(tenant, execution, "/do/0/pay", contract=PAY), 1, contract=PAY)])
    await surface.close(closing(tenant, execution))
    return execution


async def refused(store: Store, tenant: str, statement: str) -> str:
    with pytest.raises(DBAPIError) as caught:
        async with store.tenant(tenant) as tx:
            await tx.execute(text(statement))
    return str(getattr(caught.value.orig, "sqlstate", ""))


@pytest.mark.parametrize("table", GROWING)
async def test_the_app_cannot_change_what_only_grows(store: Store, tenant: str, execution: str, table: str) -> None:
    assert await refused(store, tenant, f"UPDATE {table} SET tenant = tenant") == "42501"
    assert await refused(store, tenant, f"DELETE FROM {table}") == "42501"
    assert await refused(store, tenant, f"TRUNCATE {table}") == "42501"
    assert await refused(store, tenant, f"DROP TRIGGER only_grows ON {table}") == "42501"
    assert await refused(store, tenant, f"ALTER TABLE {table} DISABLE TRIGGER ALL") == "42501"
    assert await refused(store, tenant, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY") == "42501"
    assert await refused(store, tenant, f"DROP TABLE {table}") == "42501"


async def test_the_trigger_stops_even_the_owner(
    sql: Postgres, superuser: AsyncEngine, tenant: str, execution: str
) -> None:
    for table in ("journal", "decisions", "events"):
        for statement in (f"UPDATE {table} SET tenant = tenant || 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(DBAPIError, match="append-only"):
                async with superuser.begin() as connection:
                    await connection.execute(text(statement))


async def test_another_tenant_sees_nothing_and_no_tenant_sees_nothing(
    store: Store, tenant: str, execution: str
) -> None:
    async with store.tenant(tenant) as tx:
        names = (
            (await tx.execute(text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")))
            .scalars()
            .all()
        )
    assert len(names) >= 35
    counted = {}
    for who in (tenant, "someone-else", ""):
        async with store.tenant(who) as tx:
            counted[who] = {
                name: (
                    await tx.execute(text(f"SELECT count(*) FROM {name} WHERE tenant = :t"), {"t": tenant})
                ).scalar_one()
                for name in names
            }
    assert counted[tenant]["journal"] == 3
    assert counted[tenant]["events"] == 3
    assert not any(counted["someone-else"].values())
    assert not any(counted[""].values())
    async with store.sql.engine("app").connect() as connection:  # a connection that never named a tenant
        assert (await connection.execute(text("SELECT count(*) FROM journal"))).scalar_one() == 0


async def test_no_row_can_be_written_into_another_tenant(store: Store, tenant: str) -> None:
    row = IntentRow(tenant="victim", intent_id="int_1", type="a.b", received_at=NOW)
    with pytest.raises(DBAPIError, match="row-level security"):
        await Intents(store)._add(row, tenant, None)


async def test_the_relay_reads_no_payload_and_writes_no_content(store: Store, tenant: str, execution: str) -> None:
    async def relay(statement: str) -> None:
        async with store.relay() as tx:
            await tx.execute(text(statement))

    await relay("SELECT tenant, execution_id, epoch, seq, id, type, subject, at FROM events")
    for statement in (
        "SELECT data FROM events", "SELECT * FROM events", "SELECT output FROM journal", "SELECT arguments FROM journal",
        "SELECT start FROM intents", "SELECT * FROM users", "SELECT * FROM keys", "SELECT * FROM sessions", "SELECT * FROM chunks",
        "UPDATE events SET type = 'x'", "UPDATE executions SET status = 'x'", "DELETE FROM events", "INSERT INTO journal DEFAULT VALUES",
        "UPDATE anchors SET body = ''", "UPDATE chain_heads SET head = ''", "TRUNCATE events",
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="permission denied"):
            await relay(statement)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with store.tenant(tenant) as tx:
            await tx.execute(text("INSERT INTO anchors (tenant, seq, at) VALUES (:t, 1, now())"), {"t": tenant})


async def test_a_database_that_is_away_is_unavailable_and_the_blocks_own_errors_stay(
    sql: Postgres, tenant: str
) -> None:
    gone = Store(Postgres("postgresql+asyncpg://x@127.0.0.1:1/none", MASTER))
    with pytest.raises(Unavailable):
        async with gone.tenant(tenant):
            pass
    with pytest.raises(FileNotFoundError):
        async with Store(sql).tenant(tenant):
            raise FileNotFoundError("mine")
    await gone.sql.close()


async def test_a_connection_that_dies_inside_is_unavailable(sql: Postgres, superuser: AsyncEngine, tenant: str) -> None:
    async def broken() -> None:
        async with Store(sql).tenant(tenant) as tx:
            pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            async with superuser.begin() as connection:
                await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await tx.execute(text("SELECT 1"))

    with pytest.raises(Unavailable):
        await broken()


async def test_pooled_connections_that_the_server_ended_cost_no_statement(
    superuser: AsyncEngine, sql: Postgres, tenant: str
) -> None:
    own = Postgres(sql.engine("owner").url.render_as_string(hide_password=False), MASTER)
    try:
        async with Store(own).tenant(tenant) as one, Store(own).tenant(tenant) as two:
            pids = [(await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one() for tx in (one, two)]
        async with superuser.begin() as connection:
            for pid in pids:
                await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await asyncio.sleep(0.2)  # the driver hears of it as of everything else: from the socket
        for _ in pids:
            async with Store(own).tenant(tenant) as tx:
                assert (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one() not in pids
    finally:
        await own.close()


async def test_only_a_connection_that_rested_is_tried_before_its_use(
    sql: Postgres, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    dialect = sql.engine("app").sync_engine.dialect
    monkeypatch.setattr(dialect, "do_ping", tried.append)
    for _ in range(2):
        async with Store(sql).tenant(tenant) as tx:
            await tx.execute(text("SELECT 1"))
    assert not tried
    monkeypatch.setattr(postgres, "IDLE", timedelta(0))
    async with Store(sql).tenant(tenant) as tx:
        await tx.execute(text("SELECT 1"))
    assert len(tried) == 1
