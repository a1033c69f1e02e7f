"""The Curator's catalogue as workers publish it (signed JSON), and the city's roll of services. Of the installation, not a tenant."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql

from symphainy.runtime.store.columns import SQLModel, instant, key, text, texts
from symphainy.runtime.store.unit import Repository

__all__ = ["CatalogRow", "Catalogs", "RollRow"]


class CatalogRow(SQLModel, table=True):
    """One catalogue, by digest. ``seen_at``: when a worker last said that it serves this one."""

    __tablename__ = "catalogs"
    digest: str = key()
    body: str = text()
    signature: str = text()
    key_id: str = text()
    published_by: str = text()
    published_at: datetime = instant()
    seen_at: datetime = instant()


class RollRow(SQLModel, table=True):
    """One city service enrolled by one process."""

    __tablename__ = "roll"
    service: str = key()
    process: str = key()
    version: str = text()
    hooks: list[str] = texts()
    offers: list[str] = texts()
    enrolled_at: datetime = instant()


_NEWEST = sql("SELECT * FROM catalogs ORDER BY seen_at DESC, published_at DESC LIMIT 1")
_SEEN = sql("UPDATE catalogs SET seen_at = :at, signature = :signature, key_id = :key_id WHERE digest = :digest")


class Catalogs(Repository):
    """Statements on catalogues and the roll."""

    async def publish(self, row: CatalogRow) -> bool:
        """Publish; False when this digest is there already: then it counts as seen again, with this signature."""
        async with self.store.tenant("") as session:
            if await self._add(row, "", session):
                return True
            about = {"digest": row.digest, "at": row.seen_at, "signature": row.signature, "key_id": row.key_id}
            await session.execute(_SEEN, about)
            return False

    async def newest(self) -> CatalogRow | None:
        """The catalogue that a worker published or confirmed last; verify its signature yourself."""
        async with self.store.tenant("") as session:
            return (await session.execute(select(CatalogRow).from_statement(_NEWEST))).scalar_one_or_none()

    async def enrol(self, row: RollRow) -> None:
        """Enrol a service."""
        await self._put(row, "", None)

    async def roll(self) -> list[RollRow]:
        """All services enrolled."""
        return await self._some(RollRow, "", None, oldest="service")
