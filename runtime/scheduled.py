"""The register of schedules: what solutions bind, and what documents say themselves. One row per trigger, whoever says it.

A definition that is registered by itself stands in it as ``namespace/name``, which no solution can be called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.schedule import spelled, triggers
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import Knock
from symphainy.runtime.store.solutions import BindingRow, Solutions
from symphainy.runtime.store.unit import Store

__all__ = ["Register", "Scheduled", "own"]


@dataclass(frozen=True)
class Scheduled:
    """One trigger: ``about`` has ``every``, ``cron``, ``after`` or ``on``, and the payload where events do not say it."""

    tenant: str
    owner: str
    """The solution, or the definition without its version."""
    name: str
    intent: str
    since: datetime
    about: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name within the tenant; the second part of the key of every intent that it submits."""
        return f"{self.owner}.{self.name}"

    @property
    def id(self) -> str:
        """The id of its Temporal Schedule, and of the doors that it knocks at."""
        return f"{self.tenant}:door/{self.key}"

    def knock(self, payload: Any = None, **more: Any) -> Knock:
        """What it submits."""
        given = self.about.get("payload") or {} if payload is None else payload
        return Knock(
            tenant=self.tenant, solution=self.owner, binding=self.name, intent=self.intent, payload=given, **more
        )


class Register:
    """Reads all of it."""

    def __init__(self, store: Store) -> None:
        self._rows = Solutions(store)

    async def all(self) -> list[Scheduled]:
        """Every trigger of every tenant."""
        found: list[Scheduled] = []
        for tenant, owner in await self._rows.scheduling():
            found += [_scheduled(row) for row in await self._rows.bindings(tenant, owner) if row.kind == "schedule"]
        return found

    async def one(self, tenant: str, owner: str, name: str) -> Scheduled | None:
        """A trigger by its name; None once it is gone."""
        row = await self._rows.binding(tenant, owner, "schedule", name)
        return _scheduled(row) if row is not None else None


def own(tenant: str, plan: Plan, at: datetime) -> list[BindingRow]:
    """The rows of a definition's own schedule."""
    return [
        BindingRow(
            tenant=tenant, solution=f"{plan.namespace}/{plan.name}", kind="schedule", name=word, intent=plan.definition,
            about=spelled(about), bound_at=at,
        )
        for word, about in triggers(plan.document).items()
    ]  # fmt: skip


def _scheduled(row: BindingRow) -> Scheduled:
    return Scheduled(row.tenant, row.solution, row.name, row.intent or "", row.bound_at, row.about)
