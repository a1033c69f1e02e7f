"""The path of one intent from the door to Temporal: judged, recorded, routed, reserved under its key, started.

Whatever happens is recorded: the reservation, the door's decision and ``intent.received`` in one transaction before anything
is started; a refused intent, with who refused it, likewise. Between reservation and start any process may die: the reconciler
starts what is reserved. So an accepted intent is answered even when Temporal is away at that moment.
"""

from datetime import timedelta

from symphainy.foundations.definitions.plan import Limits, Plan
from symphainy.foundations.definitions.subjects import subject_of
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Intent, Passport, Principal, SessionContext
from symphainy.foundations.language.door import Admission, Gate, Sealer
from symphainy.foundations.language.errors import DomainError, Invalid, NotFound, RateLimited, Refused, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Decision, Record
from symphainy.foundations.language.wire import SagaInput
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.doors import Doors
from symphainy.runtime.intake import OPERATION, Intake
from symphainy.runtime.intents import MAX_PAYLOAD, body_digest, check_key, check_schema, normalise
from symphainy.runtime.models import Submitted
from symphainy.runtime.router import Route, Router
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.starts import Start, Starter
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

__all__ = ["Submitter"]

REUSED = "idempotency_key_reused"
_OVERDUE = timedelta(seconds=3)  # a reserved intent younger than this is being started by whoever reserved it
"""After this a repeated submit starts what its first one reserved, without waiting for the reconciler."""


class Submitter:
    """Takes intents in."""

    def __init__(
        self,
        store: Store,
        surface: StateSurface,
        gate: Gate,
        doors: Doors,
        sealer: Sealer,
        sessions: Sessions,
        router: Router,
        definitions: Definitions,
        starter: Starter,
        clock: Clock,
        *,
        max_payload: int = MAX_PAYLOAD,
        continue_after: int = 2_000,
    ) -> None:
        self._continue_after = continue_after
        self._intents, self._surface, self._gate, self._doors = Intents(store), surface, gate, doors
        self._sealer, self._sessions, self._router = sealer, sessions, router
        self._definitions, self._starter, self._clock, self._max_payload = definitions, starter, clock, max_payload

    async def submit(
        self,
        intent: Intent,
        session: SessionContext | None,
        principal: Principal,
        key: str | None,
        plan: Plan | None = None,
        rehearsal: tuple[dict[str, Json], ...] | None = None,
    ) -> Submitted:
        """Take one intent in. Errors: ``Invalid`` (422) for its form or a reused key, ``Refused`` by the city, ``NotFound``
        when nothing answers it; Unavailable when nothing could be recorded.
        """
        if session is not None and (session.tenant, session.principal.id) != (principal.tenant, principal.id):
            raise NotFound("there is no such session", code="no_session", remedy="use a session of your own")
        taken = Intake(intent, principal, session, check_key(key) if key is not None else None, self._clock.now())
        record = Record()
        await self._sealer.about(principal.tenant, taken.execution_id)
        try:
            # The door comes first also for what is malformed: its sender needs the right, and has a rate, like any other.
            size, malformed = self._form(taken, intent)
            admission = await self._admit(taken, size, record)
            if malformed is not None:
                raise malformed
            intent = taken.intent
            digest = body_digest(self._sealer, principal.tenant, intent)
            if taken.given is not None and (standing := await self._standing(taken)) is not None:
                return await self._again(standing, digest)
            route = await self._route(principal.tenant, intent, plan)
            bounded = _bounded(route.plan, admission.limits)
            check_schema(bounded, intent.payload)
            subject = subject_of(bounded, intent.payload)
        except RateLimited:
            raise  # counted, not recorded: a flood must not become a flood of rows
        except DomainError as refusal:
            if refusal.code != REUSED:
                await self._refuse(taken, record, refusal)
            raise
        if subject:
            await self._sealer.about(principal.tenant, taken.execution_id, subject)
        return await self._accept(taken, record, admission, digest, route, bounded, rehearsal)

    def _form(self, taken: Intake, intent: Intent) -> tuple[int, DomainError | None]:
        try:
            taken.intent, size = normalise(intent, limit=self._max_payload)
        except DomainError as error:
            return 0, error
        return size, None

    async def _admit(self, taken: Intake, size: int, record: Record) -> Admission:
        try:
            return await self._gate.door(taken.call(size), record)
        except Refused as refusal:
            if refusal.extra.get("rule") == "hard_idempotency":
                raise DomainError(
                    "this tenant takes no submit without a key",
                    code="idempotency_key_required",
                    remedy="send an Idempotency-Key header",
                ) from refusal
            raise

    async def _standing(self, taken: Intake) -> IntentRow | None:
        return await self._intents.by_key(taken.principal.tenant, taken.principal.id, OPERATION, taken.key)

    async def _again(self, row: IntentRow, digest: str) -> Submitted:
        """The first answer once more; its start too, where that is overdue."""
        answer = _answer(row.intent_id, row.execution_id, row.session_id, row.key, row.body_digest, digest)
        if row.state == "reserved" and row.received_at < self._clock.now() - _OVERDUE:
            try:
                await self._starter.resume(row)
            except Unavailable:
                pass  # still reserved: the reconciler repeats it
        return answer

    async def _route(self, tenant: str, intent: Intent, plan: Plan | None) -> Route:
        if plan is not None:
            return Route(plan, "definition", intent.solution)
        return await self._router.route(tenant, intent)

    async def _accept(
        self, taken: Intake, record: Record, admission: Admission, digest: str, route: Route, plan: Plan,
        rehearsal: tuple[dict[str, Json], ...] | None,
    ) -> Submitted:  # fmt: skip
        principal, intent, now = taken.principal, taken.intent, taken.at
        tenant = principal.tenant
        session = taken.session or await self._sessions.implicit(principal)
        await self._definitions.keep(tenant, plan)
        passport = self._gate.sign(
            Passport(
                tenant=tenant, principal=principal, session_id=session.session_id, purpose=intent.purpose,
                execution_id=taken.execution_id, plan_digest=plan.digest, bundle=admission.bundle, issued_at=now,
                not_after=admission.not_after or now + plan.limits.duration,
            )
        )  # fmt: skip
        saga = SagaInput(
            tenant=tenant, execution_id=taken.execution_id, intent=intent.type, intent_id=taken.intent_id,
            session_id=session.session_id, source=intent.source, solution=route.solution, purpose=intent.purpose,
            plan={}, input=intent.payload, submitted_at=now, continue_after=self._continue_after,
            rehearsal=rehearsal, segments=rehearsal is None, together=rehearsal is None,
        )  # fmt: skip
        start = Start(saga=saga, passport=passport, priority=admission.priority)
        row = taken.row("reserved", digest)
        row = row.model_copy(
            update={
                "session_id": session.session_id, "solution": route.solution, "definition": plan.definition,
                "plan_digest": plan.digest, "start": await self._starter.seal(start),
            }
        )  # fmt: skip
        decision = self._decision(taken, record, digest, bundle=admission.bundle)
        received = await self._surface.receive(row, decision)
        if not received.fresh:
            return _answer(
                received.intent_id, received.execution_id, received.session_id, taken.key, received.body_digest, digest
            )
        try:
            await self._starter.run(taken.intent_id, start, plan)
        except Unavailable:
            pass  # reserved and recorded, which is what we promise; the reconciler starts it as soon as Temporal answers
        return Submitted(taken.intent_id, taken.execution_id, session.session_id, taken.key)

    async def _refuse(self, taken: Intake, record: Record, refusal: DomainError) -> None:
        row = taken.row("refused", "").model_copy(update={"problem": _problem(refusal)})
        await self._surface.receive(row, self._decision(taken, record, "", refusal=refusal))

    def _decision(
        self, taken: Intake, record: Record, digest: str, *, refusal: DomainError | None = None, bundle: str = ""
    ) -> Decision:
        return self._doors.decision(taken.call(0), record, refusal=refusal, bundle=bundle, digest=digest)


def _answer(
    intent_id: str, execution_id: str, session_id: str | None, key: str, standing: str, digest: str
) -> Submitted:
    if standing != digest:
        raise Invalid(
            "this idempotency key was used for another request",
            code=REUSED,
            remedy="use a new key for a new request",
        )
    return Submitted(intent_id, execution_id, session_id or "", key, replayed=True)


def _bounded(plan: Plan, granted: dict[str, Json]) -> Plan:
    """The plan under the limits that the city grants: data in the plan, so that a policy reload never changes a replay."""
    if not granted:
        return plan
    given, own = Limits.model_validate(granted), plan.limits
    lower = {name: min(getattr(own, name), getattr(given, name)) for name in Limits.model_fields}
    narrowed = own.model_copy(update=lower)
    return plan if narrowed == own else plan.model_copy(update={"limits": narrowed}).sealed()


def _problem(refusal: DomainError) -> dict[str, Json]:
    """What is kept of a refusal: its kind. The detail may quote the payload of whoever was refused."""
    told = refusal.problem()
    return {"title": told.title, "status": told.status, "code": told.code}
