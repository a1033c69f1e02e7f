"""What people of a tenant have decided about pairs of fields; the last word on a pair stands."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.language.rulings import Ruling
from symphainy.runtime.store.columns import SQLModel, instant, key, text, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["RulingRow", "Rulings"]


class RulingRow(SQLModel, table=True):
    """One pair of one target model; ``execution_id`` is the run whose record says who decided it, and when."""

    __tablename__ = "mapping_rulings"
    tenant: str = key()
    model: str = key()
    source: str = key()
    target: str = key()
    accepted: bool = yes_no()
    execution_id: str = text()
    decided_at: datetime = instant()


class Rulings(Repository):
    """Statements on decided pairs."""

    async def put(
        self,
        tenant: str,
        rulings: Iterable[Ruling],
        *,
        execution_id: str,
        at: datetime,
        tx: AsyncSession | None = None,
    ) -> None:
        """Remember them; a pair that was decided before is decided anew."""
        for one in rulings:
            row = RulingRow(**one.model_dump(), tenant=tenant, execution_id=execution_id, decided_at=at)
            await self._put(row, tenant, tx)

    async def of(self, tenant: str, model: str, *, tx: AsyncSession | None = None) -> tuple[Ruling, ...]:
        """All that was decided about one target model, oldest first."""
        rows = await self._some(RulingRow, tenant, tx, oldest="decided_at", tenant=tenant, model=model)
        return tuple(
            Ruling(model=row.model, source=row.source, target=row.target, accepted=row.accepted) for row in rows
        )
