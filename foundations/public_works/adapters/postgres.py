"""PostgreSQL by URL: one SQLAlchemy pool per role over asyncpg."""

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import asyncpg
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.sql import Login, SqlRole
from symphainy.foundations.public_works.adapters.postgres_logins import USERS, role_password

IDLE = timedelta(seconds=10)
"""A connection that rested longer is tried first: a firewall may have dropped it without a word."""


class Postgres:
    """``Sql`` over ``postgresql+asyncpg://[user[:password]@]host[:port]/database``.

    The URL's user is the owner; without a password there, the owner's is derived from the master key as the others' are.
    ``pool_size`` and ``max_overflow`` are per role. Behind a transaction-pooling proxy (PgBouncer, Supavisor) pass
    ``prepared=False``: its connections do not keep prepared statements.
    """

    def __init__(
        self,
        url: str,
        master_key: bytes,
        *,
        pool_size: int = 5,
        max_overflow: int = 10,
        prepared: bool = True,
        connect_timeout: timedelta = timedelta(seconds=5),
        application: str = "symphainy",
    ) -> None:
        self._url, self._master_key = make_url(url), master_key
        self._engines: dict[SqlRole, AsyncEngine] = {}
        self._pool: dict[str, Any] = {"pool_size": pool_size, "max_overflow": max_overflow}
        self._connect: dict[str, Any] = {
            "timeout": connect_timeout.total_seconds(),
            "server_settings": {"application_name": application, "timezone": "UTC"},
        }
        if not prepared:
            self._connect |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}

    def login(self, role: SqlRole) -> Login:
        """User and password of a role."""
        if role == "owner" and self._url.username:
            return Login(self._url.username, str(self._url.password or role_password(self._master_key, role)))
        return Login(USERS[role], role_password(self._master_key, role))

    def engine(self, role: SqlRole) -> AsyncEngine:
        """The pool of ``role``; connections are made on first use; one that has been idle is tried before it is used again."""
        if role not in self._engines:
            login = self.login(role)
            self._engines[role] = _tried(
                create_async_engine(
                    self._url.set(username=login.user, password=login.password),
                    connect_args=self._connect,
                    pool_timeout=10,
                    # Below the idle limits that load balancers usually have.
                    pool_recycle=1800,
                    # Statements carry payload columns as parameters: never in a log, never in an error.
                    hide_parameters=True,
                    **self._pool,
                )
            )
        return self._engines[role]

    async def ping(self) -> None:
        """One round trip as owner; Unavailable when it fails."""
        try:
            async with asyncio.timeout(5), self.engine("owner").connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError) as error:
            where = self._url.render_as_string(hide_password=True)
            raise Unavailable(f"PostgreSQL does not answer at {where}: {type(error).__name__}") from error

    async def listen(self, channel: str, role: SqlRole = "relay") -> AsyncGenerator[str]:
        """Payloads of a channel, after one empty item once listening; a connection outside the pools, closed at the end."""
        login, heard = self.login(role), asyncio.Queue[str | None]()
        url = self._url.set(username=login.user, password=login.password)
        where = {**self.engine(role).dialect.create_connect_args(url)[1], **self._connect}
        where.pop("prepared_statement_cache_size", None)  # SQLAlchemy's own, not asyncpg's
        try:
            connection = await asyncpg.connect(**where)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise Unavailable(f"PostgreSQL does not answer: {type(error).__name__}") from error
        try:
            connection.add_termination_listener(lambda _: heard.put_nowait(None))
            await connection.add_listener(
                channel, lambda _connection, _pid, _channel, payload: heard.put_nowait(str(payload))
            )
            yield ""
            while (payload := await heard.get()) is not None:
                yield payload
            raise Unavailable("PostgreSQL ended the listening connection")
        finally:
            connection.terminate()

    async def close(self) -> None:
        """Close every pool."""
        engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            await engine.dispose()


def _tried(engine: AsyncEngine) -> AsyncEngine:
    """A restarted server must cost one reconnect, not one failed statement per pooled connection.

    The driver knows of a connection that the server has ended; only one that was idle, and whose end may be lost in the
    network, is asked. (SQLAlchemy's own ``pool_pre_ping`` asks each time: three round trips before every transaction.)
    """
    dialect = engine.sync_engine.dialect

    def back(_connection: Any, record: Any) -> None:
        record.info["idle since"] = time.monotonic()

    def out(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - record.info.get("idle since", time.monotonic()) > IDLE.total_seconds():
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error

    event.listen(engine.sync_engine, "checkin", back)
    event.listen(engine.sync_engine, "checkout", out)
    return engine
