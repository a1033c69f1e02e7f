"""A new data folder gets a copy of a migrated cluster: under its own passwords, with nothing in it, and made once."""

from pathlib import Path

import asyncpg
import pytest

from symphainy.bindings import cluster
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.postgres_logins import USERS, role_password
from symphainy.runtime.store.migrate import current, newest, upgrade


async def test_two_folders_get_copies_of_one_cluster_each_under_its_own_key(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number, key in enumerate((b"a" * 32, b"b" * 32)):
        folder = tmp_path / f"data-{number}"
        running = await cluster.started(folder, key, cache=cache)
        try:
            sql = Postgres(running.url, key)
            assert await current(sql) == newest(), "the copy has today's schema"
            await upgrade(sql)  # sets the passwords of the roles
            async with sql.engine("app").connect():
                pass
            await sql.close()
            assert "trust" not in (folder / "postgres" / "pg_hba.conf").read_text()
            host, wrong = running.url.partition("host=")[2].partition("&")[0], role_password(b"c" * 32, "owner")
            with pytest.raises(asyncpg.PostgresError):
                await asyncpg.connect(host=host, user=USERS["owner"], password=wrong, database="symphainy")
        finally:
            await running.stop()
    (made,) = cache.iterdir()
    assert "trust" in (made / "pg_hba.conf").read_text() and not (made / "postmaster.pid").exists()


async def test_a_cache_that_cannot_be_used_keeps_nothing_from_starting(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    running = await cluster.started(tmp_path / "data", b"a" * 32, cache=tmp_path / "cache")
    await running.stop()


async def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    running = await cluster.started(tmp_path, b"a" * 32, cache=tmp_path / "cache")
    await running.stop()
    assert not (tmp_path / "cache").exists()
