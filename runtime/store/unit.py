"""The unit of work: one transaction, as one database role, of one tenant."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Result, Row, Table, TextClause, TextualSelect, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import SQLModel

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.sql import Sql, SqlRole

M = TypeVar("M", bound=SQLModel)

__all__ = ["EVERYONE", "Repository", "Store"]

EVERYONE = "*"
"""The tenant of rows that belong to the installation; every tenant may read some of them, none can be named so."""

_SET_TENANT = text("SELECT set_config('app.tenant', :tenant, true)")
_LOST = ("08", "57P", "53")
"""SQLSTATE classes of a connection lost, a server going down, resources short: trying again may help."""


class Store:
    """Opens transactions.

    ``tenant`` is what everybody uses: role ``app``, under row-level security, sees that tenant's rows and no other.
    ``relay`` sees rows of all tenants without their payload columns. ``owner`` is for migrations alone.
    All raise Unavailable when the database is away.
    """

    def __init__(self, sql: Sql) -> None:
        self.sql = sql
        self._autocommit: dict[SqlRole, tuple[AsyncEngine, AsyncEngine]] = {}

    @asynccontextmanager
    async def tenant(self, tenant: str) -> AsyncIterator[AsyncSession]:
        """One transaction as ``app``; committed at the end of the block, rolled back when it raises."""
        async with self._transaction("app") as session:
            await session.execute(_SET_TENANT, {"tenant": tenant})
            yield session

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[AsyncSession]:
        """One transaction as ``relay``: outbox, anchors, and the outlines of executions, of all tenants."""
        async with self._transaction("relay") as session:
            yield session

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[AsyncSession]:
        """One transaction as ``owner``: migrations only. Row-level security is forced on it too."""
        async with self._transaction("owner") as session:
            yield session

    async def call(
        self,
        statement: TextClause | TextualSelect,
        parameters: Mapping[str, Any],
        *,
        role: SqlRole = "app",
        tx: AsyncSession | None = None,
    ) -> Sequence[Row[Any]]:
        """Call one database function in one round trip: it sets its tenant itself and is its own transaction.

        With ``tx`` it joins the caller's transaction instead.
        """
        if tx is not None:
            return (await tx.execute(statement, parameters)).all()
        async with _spoken(), AsyncExitStack() as stack:
            async with _reached():
                connection = await stack.enter_async_context(self._single(role).connect())
            return (await connection.execute(statement, parameters)).all()

    def _single(self, role: SqlRole) -> AsyncEngine:
        engine = self.sql.engine(role)
        known = self._autocommit.get(role)
        if known is None or known[0] is not engine:
            known = self._autocommit[role] = engine, engine.execution_options(isolation_level="AUTOCOMMIT")
        return known[1]

    @asynccontextmanager
    async def _transaction(self, role: SqlRole) -> AsyncIterator[AsyncSession]:
        async with _spoken(), AsyncSession(self.sql.engine(role), expire_on_commit=False) as session, session.begin():
            async with _reached():
                await session.connection()
            yield session


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    """While connecting, every error of the network means that the database is away."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("no database connection came free in time", code="sql_busy") from error
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"the database does not answer: {type(error).__name__}", code="sql_away") from error


@asynccontextmanager
async def _spoken() -> AsyncIterator[None]:
    """Afterwards only the driver's own errors do; the block may have others of its own."""
    try:
        yield
    except DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if error.connection_invalidated or isinstance(error, InterfaceError) or state.startswith(_LOST):
            raise Unavailable(
                f"the database went away ({state or type(error.orig).__name__})", code="sql_away"
            ) from error
        raise


class Repository:
    """Base of the repositories: a statement runs in the caller's transaction or in one of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @asynccontextmanager
    async def within(self, tenant: str, tx: AsyncSession | None) -> AsyncIterator[AsyncSession]:
        """``tx`` itself, or a new transaction of ``tenant``."""
        if tx is not None:
            yield tx
        else:
            async with self.store.tenant(tenant) as own:
                yield own

    async def _fetch(self, model: type[M], function: str, *arguments: str, tx: AsyncSession | None = None) -> list[M]:
        """Rows of a database function that sets its tenant itself (the first argument): one round trip, where others take four."""
        given = {f"a{place}": argument for place, argument in enumerate(arguments)}
        rows = await self.store.call(_fetching(model, function, len(arguments)), given, tx=tx)
        return [model(**row._mapping) for row in rows]

    async def _some(
        self,
        model: type[M],
        tenant: str,
        tx: AsyncSession | None,
        /,
        *,
        newest: str = "",
        oldest: str = "",
        limit: int = 0,
        **equals: Any,
    ) -> list[M]:
        """Rows by equality, ordered by one column."""
        columns = _table(model).c
        statement = select(model).where(*(columns[name] == value for name, value in equals.items()))
        if newest or oldest:
            statement = statement.order_by(columns[newest].desc() if newest else columns[oldest])
        if limit:
            statement = statement.limit(limit)
        async with self.within(tenant, tx) as session:
            return list((await session.execute(statement)).scalars().all())

    async def _one(self, model: type[M], tenant: str, tx: AsyncSession | None, /, **equals: Any) -> M | None:
        """The one row, or None."""
        found = await self._some(model, tenant, tx, limit=1, **equals)
        return found[0] if found else None

    async def _add(self, row: SQLModel, tenant: str, tx: AsyncSession | None) -> bool:
        """Insert; False when a unique key is already taken."""
        statement = insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing()
        async with self.within(tenant, tx) as session:
            return bool(_count(await session.execute(statement)))

    async def _put(self, row: SQLModel, tenant: str, tx: AsyncSession | None) -> None:
        """Insert, or overwrite the row of the same primary key."""
        table, values = _table(type(row)), row.model_dump()
        keys = [column.name for column in table.primary_key]
        statement = insert(type(row)).values(**values)
        rest = {name: statement.excluded[name] for name in values if name not in keys}
        async with self.within(tenant, tx) as session:
            await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    async def _change(
        self, model: type[SQLModel], tenant: str, tx: AsyncSession | None, values: Mapping[str, Any], /, **equals: Any
    ) -> int:
        """Update by equality (``None`` means IS NULL); the number of rows changed."""
        columns = _table(model).c
        statement = update(model).where(*(columns[name] == value for name, value in equals.items())).values(**values)
        async with self.within(tenant, tx) as session:
            return _count(await session.execute(statement))

    async def _drop(self, model: type[SQLModel], tenant: str, tx: AsyncSession | None, /, **equals: Any) -> int:
        """Delete by equality; the number of rows gone."""
        columns = _table(model).c
        async with self.within(tenant, tx) as session:
            statement = delete(model).where(*(columns[name] == value for name, value in equals.items()))
            return _count(await session.execute(statement))


@cache
def _fetching(model: type[SQLModel], function: str, count: int) -> TextualSelect:
    given = ", ".join(f":a{place}" for place in range(count))
    return text(f"SELECT * FROM {function}({given})").columns(**{c.name: c.type for c in _table(model).c})


def _table(model: type[SQLModel]) -> Table:
    return cast(Table, vars(model)["__table__"])


def _count(result: Result[Any]) -> int:
    return int(cast("CursorResult[Any]", result).rowcount)
