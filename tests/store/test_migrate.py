"""Migrations: complete, repeatable, safe for two starters at once."""

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.runtime.store.metadata import METADATA
from symphainy.runtime.store.migrate import current, newest, upgrade


async def test_the_tables_are_those_of_the_models(sql: Postgres) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": False}), METADATA)
        )

    async with sql.engine("owner").connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_upgrade_of_what_is_new_changes_nothing(sql: Postgres) -> None:
    assert await upgrade(sql) == newest() == await current(sql)


async def test_two_starters_at_once(sql: Postgres, superuser: AsyncEngine) -> None:
    async with superuser.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("DROP DATABASE IF EXISTS twice WITH (FORCE)"))
        await connection.execute(text("CREATE DATABASE twice OWNER symphainy_owner"))
    there = Postgres(sql.engine("owner").url.set(database="twice").render_as_string(hide_password=False), b"m" * 32)
    async with superuser.connect() as _:
        pass
    try:
        await _with_vector(superuser)
        assert await current(there) is None
        assert await asyncio.gather(upgrade(there), upgrade(there), upgrade(there)) == [newest()] * 3
    finally:
        await there.close()


async def _with_vector(superuser: AsyncEngine) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    inside = create_async_engine(superuser.url.set(database="twice"))
    async with inside.begin() as connection:
        await connection.execute(text("CREATE EXTENSION vector"))
    await inside.dispose()


async def test_the_roles_can_do_nothing_special(sql: Postgres) -> None:
    async with sql.engine("owner").connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname LIKE 'symphainy_%' ORDER BY 1"
            )
        )
        assert [tuple(row) for row in rows] == [
            ("symphainy_app", False, False, False),
            ("symphainy_owner", False, False, True),
            ("symphainy_relay", False, False, False),
        ]
