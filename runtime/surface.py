"""The state surface: the one place where what happened is written down, and asked for.

Every method is one transaction and, but for index batches, one round trip. Four rules carry the rest:

- **Append-only and gapless.** Journal, decisions and events of an execution are numbered under the lock of its row.
- **One live outcome per effect key.** The same key and input gives the stored outcome back; another input is a Defect for an
  effect, and supersedes a local step's row.
- **Provisional until witnessed.** A local step runs inside a workflow task that may never complete: its worker may die, and
  the next one may take another branch. Its events are therefore held back until a later call proves that *history* has the
  result: it names the row's number in ``witnessed``. Only a workflow that was given the result can name it, and only from a
  completed task: a local call names what earlier tasks gave, an activity (which the server hands out only after the task that
  scheduled it has completed) also what its own task gave, the closing everything it rests on. Ids of workflow tasks prove
  nothing: attempts of one task share them. Two attempts with different inputs therefore stand side by side until one is
  witnessed and supersedes the other; what no one names is void when the execution closes.
- **The closing row decides.** The first one stands, whoever comes later gets it back. No activity begins behind it, and a
  workflow task that is over, with a later one's activity begun, cannot write it.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.document import IndexBatch
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Conflict, Defect, Invalid, Unavailable
from symphainy.foundations.language.records import Decision, Event, EventDraft, UndoGrant
from symphainy.foundations.language.wire import CLOSED, Closed, Closing, Opened, Opening, StepCall, StepResult
from symphainy.runtime import lifecycle
from symphainy.runtime.chains import chained
from symphainy.runtime.cloud_events import opened
from symphainy.runtime.journal import Entry, compose, mark, spell_events, spoken, unseal_result
from symphainy.runtime.people import PeopleWriter
from symphainy.runtime.store import calls
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.intents import IntentRow
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.rulings import Rulings
from symphainy.runtime.store.unit import Store

__all__ = ["Entry", "Recall", "Recalled", "Received", "StateSurface", "explained"]

LoadIndex = Callable[[AsyncSession, str, IndexBatch], Awaitable[object]]


@dataclass(frozen=True)
class Recalled:
    """A local outcome that an earlier attempt left: use it when the input is the same."""

    input_digest: str
    result: StepResult


@dataclass(frozen=True)
class Recall:
    """What a workflow task may find of attempts before it."""

    closed: Closing | None = None
    """The execution has closed with this: end the task, and the workflow, with it."""
    opened: datetime | None = None
    """When this run has opened, where it has."""
    outcomes: dict[str, Recalled] = field(default_factory=dict)
    """By effect key."""


@dataclass(frozen=True)
class Received:
    """The intent that stands under a key; ``fresh``: it is the one just given."""

    fresh: bool
    intent_id: str
    execution_id: str
    session_id: str | None
    body_digest: str
    state: str


class StateSurface:
    """Writes and reads the record. ``load_index`` puts an index batch into the search index, in the step's transaction."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock, load_index: LoadIndex | None = None) -> None:
        self.store, self.sealer, self.clock, self._load_index = store, sealer, clock, load_index
        self._grants, self._journal = Grants(store), Journal(store)
        self._people, self._rulings = PeopleWriter(store, sealer), Rulings(store)

    async def receive(
        self,
        intent: IntentRow,
        decision: Decision | None = None,
        *,
        events: Sequence[EventDraft] = (),
        tx: AsyncSession | None = None,
    ) -> Received:
        """Record an intent, the door's decision on it, its execution (pending) and ``intent.received``, all or nothing.

        When its key is taken, only the decision is recorded and the intent that stands comes back: compare ``body_digest``.
        A refused intent (``state='refused'``) takes no key, gets no execution, and adds ``intent.refused``.
        """
        sealer, data = await self.sealer.of(intent.tenant, intent.execution_id), list[bytes | None]()
        about = {"intent": intent.type, "source": intent.source}
        drafts = [EventDraft(type="intent.received", subject=intent.intent_id, data=about), *events]
        if intent.state == "refused":
            drafts.append(
                EventDraft(type="intent.refused", subject=intent.intent_id, data={"code": intent.problem.get("code")})
            )
        row = lifecycle.expected(intent)
        (found,) = await self.store.call(
            calls.RECEIVE,
            {
                "tenant": intent.tenant, "intent": intent.model_dump(mode="json", exclude={"start"}), "start": intent.start,
                "row": row.model_dump(mode="json"), "stream": decision.stream if decision else "", "data": data,
                "decision": chained(decision.model_copy(update={"at": intent.received_at})) if decision else None,
                "at": intent.received_at,
                "events": spell_events(sealer, intent.tenant, drafts, data),
            },
            tx=tx,
        )  # fmt: skip
        return Received(**found._mapping)

    async def door(self, decision: Decision, *, tx: AsyncSession | None = None) -> str:
        """Chain a door's decision in its stream (``chains.door_stream``); the decision's id."""
        spelled = chained(decision)
        about = {"tenant": decision.tenant, "stream": decision.stream, "decision": spelled, "at": decision.at}
        await self.store.call(calls.DOOR, about, tx=tx)
        return str(spelled["id"])

    async def open(self, opening: Opening, passport: Passport) -> Opened:
        """Record that a run has begun: ``execution.started`` for the first, a control row for every later one.

        The same run gets the same instant again; an execution that has closed gives its closing.
        """
        row, told, drafts = lifecycle.opened(opening, passport, self.clock.now())
        sealer, data = await self.sealer.of(opening.tenant, opening.execution_id), list[bytes | None]()
        (found,) = await self.store.call(
            calls.OPEN,
            {
                "tenant": opening.tenant, "execution": opening.execution_id, "row": row.model_dump(mode="json"), "mark": told,
                "continued": opening.continued, "events": spell_events(sealer, opening.tenant, drafts, data), "data": data,
            },
        )  # fmt: skip
        if opening.suspended and found.closed is None:
            name = f"suspended/{opening.run_id}"
            await self.control(opening.tenant, opening.execution_id, name, status="suspended", reason="still suspended")
        if found.closed is None:
            return Opened(at=found.at)
        return Opened(at=found.at, closed=await self.closing_of(opening.tenant, opening.execution_id, found.closed))

    async def find(self, call: StepCall, input_digest: str, *, effectful: bool | None = None) -> StepResult | None:
        """The stored outcome of this very call, or None: then it begins now. Publishes what ``call.witnessed`` names.

        Conflict ``execution_closed``: it would begin after the closing. Whoever scheduled it did not know of that one: end with it.

        The same key with another input: a Defect for an effect (``effectful``; unless told, every activity counts as one),
        None for anything else.
        """
        with explained():
            rows = await self.store.call(
                calls.FIND,
                {
                    "tenant": call.tenant, "execution": call.execution_id, "effect_key": call.effect_key, "witnessed": list(call.witnessed),
                    "scheduled": call.scheduled,
                },
            )  # fmt: skip
        if not rows:
            return None
        same = [row for row in rows if row.input_digest == input_digest]
        if not same and ((not call.task) if effectful is None else effectful):
            raise _other_input(call.effect_key)
        return await self.result_of(call.tenant, call.effect_key, same[0]) if same else None

    async def recall(self, tenant: str, execution_id: str, task: str, witnessed: Sequence[int] = ()) -> Recall:
        """Everything that the local steps of one workflow task may find again, in one round trip, before any of them runs."""
        about = {
            "tenant": tenant,
            "execution": execution_id,
            "run": task.partition("/")[0],
            "witnessed": list(witnessed),
        }
        closed, opened_at, outcomes = None, None, {}
        for row in await self.store.call(calls.RECALL, about):
            if row.kind == "closed":
                closed = await self.closing_of(tenant, execution_id, row.output)
            elif row.kind == "opened":
                opened_at = row.at
            else:
                outcomes[row.effect_key] = Recalled(row.input_digest, await self.result_of(tenant, row.effect_key, row))
        return Recall(closed, opened_at, outcomes)

    async def claim(self, call: StepCall, input_digest: str) -> bool:
        """Claim an effect before it is sent; False when somebody did before: the outcome is then to be looked up, or unknown."""
        return await self._claim(call, input_digest, release=False)

    async def release(self, call: StepCall, input_digest: str) -> bool:
        """Give a claim back: the effect is known not to have happened. False when there was none."""
        return await self._claim(call, input_digest, release=True)

    async def commit(self, entries: Sequence[Entry]) -> list[StepResult]:
        """Write down what steps did: journal, decisions, lineage, events, grants, index, in one transaction for all of them.

        An entry whose outcome stands already gives the stored result, and leaves nothing behind. Raises Defect when an effect
        comes again with another input, or before its execution was opened; Conflict ``execution_closed`` for a local step after
        the closing (end the workflow with ``recall(...).closed``), ``stale_task`` for one of an attempt that is over.
        """
        groups: dict[tuple[str, str], list[int]] = {}
        for place, entry in enumerate(entries):
            groups.setdefault((entry.call.tenant, entry.call.execution_id), []).append(place)
        results: list[StepResult | None] = [None] * len(entries)
        with explained():
            if len(groups) == 1 and not any(entry.index or entry.people or entry.rulings for entry in entries):
                await self._commit(list(entries), list(range(len(entries))), results, None)
            elif groups:
                async with self.store.tenant(entries[0].call.tenant) as tx:
                    for key in sorted(groups):  # locks in one order, whoever commits what
                        await self._commit([entries[place] for place in groups[key]], groups[key], results, tx)
        return [result for result in results if result is not None]

    async def close(self, closing: Closing, *, event: str = "") -> Closed:
        """Decide the end. The first closing stands and comes back to all others, with the head that the chain had then.

        Publishes the provisional rows that ``paths`` or ``witnessed`` name, voids all others, opens the owed undos.
        ``event`` is the last one's type where it is not ``execution.<status>`` (``execution.terminated``).
        """
        sealer, data = await self.sealer.of(closing.tenant, closing.execution_id), list[bytes | None]()
        told, drafts = lifecycle.closed(closing, self.clock.now(), event, sealer)
        base = f"{closing.tenant}/{closing.execution_id}"
        sealed = lifecycle.seal_closing(sealer, closing)
        with explained():
            (found,) = await self.store.call(
                calls.CLOSE,
                {
                    "tenant": closing.tenant, "execution": closing.execution_id, "keys": [base + path for path in closing.paths],
                    "witnessed": list(closing.witnessed), "mark": told, "output": sealed, "compensation": closing.compensation,
                    "owed": [base + path for path in closing.owed], "data": data,
                    "events": spell_events(sealer, closing.tenant, drafts, data),
                },
            )  # fmt: skip
        stands = closing if found.fresh else await self.closing_of(closing.tenant, closing.execution_id, found.output)
        return Closed(closing=stands, head=found.head, length=found.length, at=found.at)

    async def closed(self, tenant: str, execution_id: str) -> Closing | None:
        """How an execution ended, or None while it has not."""
        row = await self._journal.closed(tenant, execution_id)
        return await self.closing_of(tenant, execution_id, row.output) if row is not None else None

    async def control(
        self, tenant: str, execution_id: str, name: str, *events: EventDraft, actor: str = "Service:symphainy",
        status: str = "", work: str = "", reason: str = "",
    ) -> bool:  # fmt: skip
        """Note something about an execution that is no step of it, once per ``name``: a finding (``stuck/<run>/<event>``), a request.

        ``events`` are published; ``status`` replaces that of an open execution; ``work`` opens a work item of that kind.
        False when it was noted before. Raises Defect when there is no such execution.
        """
        now, data = self.clock.now(), list[bytes | None]()
        sealer = await self.sealer.of(tenant, execution_id)
        told = lifecycle.noted(tenant, execution_id, name, actor, reason, now)
        with explained():
            (found,) = await self.store.call(
                calls.CONTROL,
                {
                    "tenant": tenant, "execution": execution_id, "mark": told, "status": status, "work": work, "data": data,
                    "events": spell_events(sealer, tenant, events, data),
                },
            )  # fmt: skip
        return bool(found.fresh)

    async def tell(self, call: StepCall) -> None:
        """What became of the run before a step that begins now, once: a step may take long, and is then still to be committed."""
        if call.told:
            events = spoken(call.execution_id, call.told)
            await self.control(call.tenant, call.execution_id, f"told{call.path}", *events, reason="lifecycle")

    async def grant(self, effect_key: str) -> UndoGrant | None:
        """What a step owes, under the step's own effect key."""
        row = await self._grants.get(effect_key.partition("/")[0], effect_key)
        if row is None:
            return None
        return UndoGrant(capability=row.capability, arguments_digest=row.arguments_digest, policies=tuple(row.policies))

    async def events(self, tenant: str, execution_id: str, after: str = "", limit: int = 100) -> list[Event]:
        """The events behind a cursor (``<epoch>-<seq>``, empty for all), in order; another tenant's execution has none.

        What was erased comes with ``{"erased": true}`` for its data.
        """
        epoch, seq = _cursor(after)
        about = {"tenant": tenant, "execution": execution_id, "epoch": epoch, "seq": seq, "limit": limit}
        rows = await self.store.call(calls.EVENTS, about)
        sealer = await self.sealer.of(tenant, "", *(row.data for row in rows))
        return [
            Event(
                id=row.id,
                epoch=row.epoch,
                seq=row.seq,
                type=row.type,
                execution_id=execution_id,
                subject=row.subject,
                time=row.at,
                data=opened(sealer, tenant, row.id, row.data),
            )  # fmt: skip
            for row in rows
        ]

    async def _commit(
        self, entries: list[Entry], places: list[int], results: list[StepResult | None], tx: AsyncSession | None
    ) -> None:
        tenant, execution = entries[0].call.tenant, entries[0].call.execution_id
        batch = compose(entries, await self.sealer.of(tenant, execution))
        rows = await self.store.call(
            calls.COMMIT,
            {
                "tenant": tenant, "execution": execution, "entries": batch.entries, "outputs": batch.outputs,
                "arguments": batch.arguments, "data": batch.data, "witnessed": sorted({n for e in entries for n in e.call.witnessed}),
            },
            tx=tx,
        )  # fmt: skip
        for entry, place, row in zip(entries, places, rows, strict=True):
            if row.fresh:
                results[place] = entry.result.model_copy(update={"seq": row.seq})
                for index in entry.index:
                    if self._load_index is None or tx is None:
                        raise Defect("a step returned index entries, and nothing was composed to load them")
                    await self._load_index(tx, tenant, index)
                if entry.rulings:
                    await self._rulings.put(tenant, entry.rulings, execution_id=execution, at=entry.result.at, tx=tx)
                for change in entry.people:
                    assert tx is not None
                    await self._people.write(tx, entry, change)
            else:
                results[place] = await self.result_of(tenant, entry.call.effect_key, row)

    async def _claim(self, call: StepCall, input_digest: str, *, release: bool) -> bool:
        now, action = self.clock.now(), "release" if release else "claim"
        decision = Decision(
            stream=call.execution_id, tenant=call.tenant, actor="Service:symphainy", action=action, resource=call.capability,
            purpose=call.purpose, input_digest=input_digest, at=now,
        )  # fmt: skip
        about = {"capability": call.capability, "name": call.name, "input_digest": input_digest}
        told = mark("claimed", call.effect_key, now, decision, **about)
        with explained():
            (found,) = await self.store.call(
                calls.CLAIM, {"tenant": call.tenant, "execution": call.execution_id, "mark": told, "release": release}
            )
        return bool(found.fresh)

    async def result_of(self, tenant: str, effect_key: str, row: Any) -> StepResult:
        """The outcome that a row of the surface's functions holds."""
        sealer = await self.sealer.of(tenant, "", row.output)
        return unseal_result(sealer, tenant, effect_key, row.output, at=row.at, seq=row.seq)

    async def closing_of(self, tenant: str, execution_id: str, sealed: bytes | None) -> Closing:
        """The closing that a row of them holds."""
        return lifecycle.unseal_closing(await self.sealer.of(tenant, "", sealed), tenant, execution_id, sealed)


@contextmanager
def explained() -> Any:
    """Errors that the database functions raise on purpose, as ours."""
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == "SY404":
            raise Defect("a step came before its execution was opened", remedy="record the opening first") from error
        if state == "SY409":
            raise _other_input("of this step") from error
        if state == "SY423":
            raise Unavailable("another attempt has opened the run meanwhile", code="opened_meanwhile") from error
        if state == "SY412":
            raise Conflict(
                "the workflow task is over, and a later attempt has taken its place", code="stale_task"
            ) from error
        if state == "SY410":
            raise Conflict("the execution has closed", code=CLOSED, remedy="end the run with the closing") from error
        raise


def _other_input(effect_key: str) -> Defect:
    return Defect(f"the effect {effect_key} came again with another input", code="effect_key_reused")


def _cursor(text: str) -> tuple[int, int]:
    epoch, _, seq = text.partition("-")
    if not text:
        return 0, 0
    if not (epoch.isdecimal() and seq.isdecimal() and len(text) < 32):
        raise Invalid(
            "a cursor has the form <epoch>-<seq>", code="cursor", remedy="send the last event's id, or nothing"
        )
    return int(epoch), int(seq)
