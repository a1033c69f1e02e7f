"""The platform's own capabilities: heavy expressions (DECISIONS.md 19), and the specification's calls of servers outside."""

import asyncio

from symphainy.activities import definitions, events, functions
from symphainy.activities.protocols import a2a, asyncapi, container, grpc, http, mcp, openapi, process
from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outside import EVERYTHING, Admitted, Outside


class Evaluation(Message):
    """One expression with what it sees."""

    expression: str
    data: Json = None
    variables: dict[str, Json] = {}


class Value(Message):
    """What it gives."""

    value: Json = None


class Core:
    """Hands them to the Curator. Without its parts (a front end, an offline catalog) only the contracts count."""

    name = "core"

    def __init__(
        self,
        pool: ExpressionPool | None = None,
        outside: Outside | None = None,
        inbox: events.Fetch | None = None,
        plans: definitions.Plans | None = None,
    ) -> None:
        self._pool, self._outside, self._inbox, self._plans = (
            pool,
            outside or Outside(admitted=Admitted(run=EVERYTHING)),
            inbox,
            plans,
        )

    def register(self, registry: Registry) -> None:
        """``core.evaluate``, ``core.http…``, ``core.openapi`` …, processes where admitted, ``core.events``, ``core.definition``."""

        @capability("core.evaluate", input=Evaluation, output=Value, duration="short", title="Evaluate an expression")
        async def evaluate(step: Step[Evaluation]) -> Value:
            """The value of a pure expression, within 250 ms and 64 MB; ExpressionError names the limit that was reached."""
            asked = step.input
            assert self._pool is not None
            work = (asked.expression, asked.data, asked.variables, step.context.now)
            return Value(value=await asyncio.to_thread(self._pool.evaluate, *work))

        registry.register(evaluate)
        for protocol in (http, openapi, grpc, asyncapi, mcp, a2a, process, container):
            protocol.register(registry, self._outside)
        events.register(registry, self._inbox)
        definitions.register(registry, self._plans)
        functions.register(registry, self._outside)
