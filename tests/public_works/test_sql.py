"""SQL: the embedded server, and the engines of each role by URL."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from symphainy.foundations.language.errors import Invalid, Unavailable
from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.running import Running

MASTER = b"m" * 32


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    # Not below pytest's own folder: each run of pytest closes that one to other users, and as root the server is another.
    with tempfile.TemporaryDirectory(prefix="sql-") as folder:
        yield Path(folder)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    running = await EmbeddedPostgres.start(tmp_path, MASTER)
    yield running
    await running.stop()


@pytest.fixture(params=[True, False], ids=["prepared", "unprepared"])
async def sql(request: pytest.FixtureRequest, running: Running) -> AsyncIterator[Postgres]:
    sql = Postgres(running.url, MASTER, pool_size=2, max_overflow=1, prepared=request.param)
    yield sql
    await sql.close()


async def test_every_role_logs_in_as_itself(sql: Postgres) -> None:
    await sql.ping()
    async with sql.engine("owner").begin() as owner:
        for role in ("app", "relay"):
            login = sql.login(role)
            assert login.password not in repr(login)
            await owner.execute(text(f"CREATE ROLE {login.user} LOGIN NOBYPASSRLS PASSWORD '{login.password}'"))
    for role in ("owner", "app", "relay"):
        assert sql.engine(role) is sql.engine(role)
        async with sql.engine(role).connect() as connection:
            assert await connection.scalar(text("SELECT current_user")) == sql.login(role).user
            assert await connection.scalar(text("SHOW timezone")) == "UTC"


async def test_owner_is_no_superuser_and_the_app_cannot_read_what_is_not_its_tenants(sql: Postgres) -> None:
    async with sql.engine("owner").begin() as owner:
        assert await owner.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) is False
        assert await owner.scalar(text("SELECT '[1,2]'::vector <-> '[1,3]'::vector")) == 1
        login = sql.login("app")
        await owner.execute(text(f"CREATE ROLE {login.user} LOGIN PASSWORD '{login.password}'"))
        for statement in (
            "CREATE TABLE kept (tenant text)",
            "INSERT INTO kept VALUES ('acme'), ('other')",
            "ALTER TABLE kept ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON kept USING (tenant = current_setting('app.tenant', true))",
            f"GRANT SELECT ON kept TO {login.user}",
        ):
            await owner.execute(text(statement))
    async with sql.engine("app").connect() as app:
        assert (await app.execute(text("SELECT tenant FROM kept"))).all() == []
        await app.execute(text("SET LOCAL app.tenant = 'acme'"))
        assert (await app.execute(text("SELECT tenant FROM kept"))).all() == [("acme",)]


async def test_errors_do_not_carry_parameters(sql: Postgres, running: Running, tmp_path: Path) -> None:
    async with sql.engine("owner").connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("SELECT CAST(:value AS text) || 1/0"), {"value": "canary-4711"})
    assert "canary-4711" not in str(caught.value)
    assert "canary-4711" not in (tmp_path / "postgres" / "log").read_text()


async def test_a_pool_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    first = await EmbeddedPostgres.start(tmp_path, MASTER)
    sql = Postgres(first.url, MASTER)
    async with sql.engine("owner").begin() as connection:
        await connection.execute(text("CREATE TABLE kept (n int)"))
        await connection.execute(text("INSERT INTO kept VALUES (7)"))
    await first.stop()
    assert not first.alive()
    with pytest.raises(Unavailable):
        await sql.ping()
    second = await EmbeddedPostgres.start(tmp_path, MASTER)
    assert second.url == first.url and second.alive()
    async with sql.engine("owner").connect() as connection:
        assert await connection.scalar(text("SELECT n FROM kept")) == 7
    await sql.close()
    await second.stop()


async def test_a_killed_server_recovers_what_was_committed(tmp_path: Path) -> None:
    first = await EmbeddedPostgres.start(tmp_path, MASTER)
    sql = Postgres(first.url, MASTER)
    async with sql.engine("owner").begin() as connection:
        await connection.execute(text("CREATE TABLE kept AS SELECT generate_series(1, 1000) n"))
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)
    await sql.close()
    for _ in range(100):
        await asyncio.sleep(0.05)
        if not first.alive():
            break
    # the process id now belongs to somebody else, as after a restart of a container
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    second = await EmbeddedPostgres.start(tmp_path, MASTER)
    async with sql.engine("owner").connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM kept")) == 1000
    await sql.close()
    await second.stop()


async def test_a_server_left_by_a_killed_supervisor_is_adopted(tmp_path: Path) -> None:
    first = await EmbeddedPostgres.start(tmp_path, MASTER)
    (tmp_path / "postgres" / ".handle_pids.json").write_text("[999999]")
    again = await EmbeddedPostgres.start(tmp_path, MASTER)
    assert again.url == first.url
    await again.stop()
    assert not first.alive()


async def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    running = await EmbeddedPostgres.start(folder, MASTER)
    sql = Postgres(running.url, MASTER)
    await sql.ping()
    await sql.close()
    await running.stop()


async def test_nobody_gets_in_without_the_master_key(running: Running, tmp_path: Path) -> None:
    host = str(tmp_path / "postgres")
    for user in ("postgres", "symphainy_owner"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=host, user=user, password="", database="symphainy")
    await running.stop()
    with pytest.raises(Invalid, match="another master key"):
        await EmbeddedPostgres.start(tmp_path, b"x" * 32)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the folders above to another user")
async def test_as_root_the_folders_above_become_passable_not_readable(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    running = await EmbeddedPostgres.start(private, MASTER)
    await running.stop()
    assert private.stat().st_mode & 0o777 == 0o711


async def test_an_absent_server_is_unavailable_and_its_password_unsaid() -> None:
    sql = Postgres("postgresql+asyncpg://me:hush@127.0.0.1:9/none", MASTER)
    assert sql.login("owner").password == "hush"
    with pytest.raises(Unavailable) as caught:
        await sql.ping()
    assert "hush" not in str(caught.value)
    await sql.close()


async def test_notifications_are_heard_on_a_connection_of_their_own(sql: Postgres) -> None:
    heard = sql.listen("changes", "owner")
    assert await anext(heard) == ""
    async with sql.engine("owner").begin() as connection:
        await connection.execute(text("SELECT pg_notify('changes', 'acme')"))
    assert await asyncio.wait_for(anext(heard), 5) == "acme"
    async with sql.engine("owner").connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(Unavailable):
        await asyncio.wait_for(anext(heard), 5)
