"""Parts with memory for the city: what the store, the clock and the object store would be."""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import Conflict, NotFound
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.foundations.language.step import Outcome
from symphainy.foundations.language.wire import StepCall
from symphainy.governance.assembly import Needs, build_city
from symphainy.governance.chain import City
from symphainy.governance.security_guard.rights import Rights
from symphainy.governance.vault import WrappedKey

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MASTER = b"m" * 32


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class KeyRows:
    """Key rows in memory; ``away`` makes every call fail."""

    def __init__(self) -> None:
        self.rows: list[WrappedKey] = []
        self.starts: dict[tuple[str, str], str] = {}
        """Which key a run's start is sealed with."""
        self.reads = 0
        self.away = False

    async def keys(self, tenant: str, purpose: str) -> list[WrappedKey]:
        self.reads += 1
        if self.away:
            raise ConnectionError("no database")
        return [r for r in self.rows if (r.tenant, r.purpose) == (tenant, purpose)]

    async def key(self, tenant: str, key_id: str) -> WrappedKey | None:
        self.reads += 1
        return next((r for r in self.rows if (r.tenant, r.key_id) == (tenant, key_id)), None)

    async def active_key(self, tenant: str, purpose: str, subject: str) -> WrappedKey | None:
        rows = await self.keys(tenant, purpose)
        return next((r for r in rows if r.subject == subject and r.retired_at is None), None)

    async def key_of(self, tenant: str, execution: str) -> str:
        self.reads += 1
        return self.starts.get((tenant, execution), "")

    async def add_key(self, row: WrappedKey) -> bool:
        rows = await self.keys(row.tenant, row.purpose)
        active = [r for r in rows if r.retired_at is None and r.subject == row.subject]
        if not active:
            self.rows.append(row)
        return not active

    async def retire_key(self, tenant: str, key_id: str, at: datetime) -> None:
        self._replace(key_id, retired_at=at)

    def destroy(self, key_id: str) -> None:
        self._replace(key_id, retired_at=START, wrapped=None)

    def _replace(self, key_id: str, **changes: Any) -> None:
        self.rows = [r.model_copy(update=changes) if r.key_id == key_id else r for r in self.rows]


class Directory:
    """Who has which rights."""

    def __init__(self) -> None:
        self.people: dict[tuple[str, str], Rights] = {}
        self.reads = 0
        self.away = False

    async def rights(self, tenant: str, principal: Principal) -> Rights | None:
        self.reads += 1
        if self.away:
            raise ConnectionError("no database")
        return self.people.get((tenant, principal.id))


class Grants:
    """Undo grants by effect key."""

    def __init__(self) -> None:
        self.owed: dict[tuple[str, str], UndoGrant] = {}

    async def grant(self, tenant: str, effect_key: str) -> UndoGrant | None:
        return self.owed.get((tenant, effect_key))


class Catalogue:
    """Admitted documents: (tenant, id) → sha256."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], str] = {}
        self.away = False

    async def ready(self, tenant: str) -> None:
        if self.away:
            raise ConnectionError("no database")

    async def admitted(self, tenant: str, documents: Collection[str], purpose: str) -> set[tuple[str, str]]:
        await self.ready(tenant)
        return {(d, self.documents[tenant, d]) for d in documents if (tenant, d) in self.documents}


class Objects:
    """An object store in memory."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.reads = 0

    async def put(self, key: str, data: bytes, *, create_only: bool = False) -> object:
        if create_only and key in self.held:
            raise Conflict(f"{key} is taken")
        self.held[key] = data
        return None

    async def get(self, key: str) -> bytes:
        self.reads += 1
        if key not in self.held:
            raise NotFound(key)
        return self.held[key]


class Text(BaseModel):
    """An output."""

    text: str = ""


class Scene:
    """A city over parts with memory, and the calls of one run of one user."""

    def __init__(self, **needs: Any) -> None:
        self.clock, self.rows, self.directory, self.grants = Clock(), KeyRows(), Directory(), Grants()
        self.catalogue = Catalogue()
        self.directory.people["acme", "ann"] = Rights(roles=("member",))
        self.city: City = build_city(
            Needs(MASTER, self.rows, self.directory, self.grants, self.catalogue, clock=self.clock, **needs)
        )
        self.runs = 0

    async def start(self) -> "Scene":
        await self.city.start()
        return self

    async def step(
        self, contract: Contract | None = None, *, outcome: Outcome[Any] | None = None, passport: Passport | None = None,
        record: Record | None = None, run: Callable[[], Awaitable[Outcome[Any]]] | None = None, **call: Any,
    ) -> Record:  # fmt: skip
        """Run one step through the city; its record."""

        async def capability() -> Outcome[Any]:
            self.runs += 1
            return outcome or Outcome(output=Text(text="done"))

        record = Record() if record is None else record
        contract = CONTRACT if contract is None else contract
        made = step_call(**{"capability": contract.ref, **call})
        await self.city.step(made, contract, passport or self.city.sign(a_passport()), record, run or capability)
        return record

    async def door(self, record: Record | None = None, **call: Any) -> Any:
        """One call at the door; its admission."""
        return await self.city.door(door_call(**call), Record() if record is None else record)


CONTRACT = Contract(name="content.parse", version="1", owner="content", input={}, output={}, duration="short")
ANN = Principal(id="ann", tenant="acme", roles=("member",))


def a_passport(**changes: Any) -> Passport:
    about: dict[str, Any] = {
        "tenant": "acme", "principal": ANN, "execution_id": "exe_1", "plan_digest": "sha256:plan",
        "not_after": START + timedelta(days=1), "issued_at": START,
    }  # fmt: skip
    return Passport(**{**about, **changes})


def step_call(**changes: Any) -> StepCall:
    about: dict[str, Any] = {
        "tenant": "acme", "execution_id": "exe_1", "capability": CONTRACT.ref, "path": "/do/0/parse",
        "effect_key": "acme/exe_1/do/0/parse", "now": START, "plan_digest": "sha256:plan", "arguments": {"document": "doc_1"},
    }  # fmt: skip
    return StepCall(**{**about, **changes})


def door_call(**changes: Any) -> DoorCall:
    about: dict[str, Any] = {
        "action": "submit",
        "principal": ANN,
        "resource_type": "Capability",
        "resource_id": "content.upload",
    }
    return DoorCall(**{**about, **changes})
