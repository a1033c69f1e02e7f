"""The platform's own capability: the value of an expression that is pure but too heavy for workflow code (DECISIONS.md 19)."""

import asyncio

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.definitions.pool import ExpressionPool
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step


class Evaluation(Message):
    """One expression with what it sees."""

    expression: str
    data: Json = None
    variables: dict[str, Json] = {}


class Value(Message):
    """What it gives."""

    value: Json = None


class Core:
    """Hands ``core.evaluate`` to the Curator; the pool of killable children is its own."""

    name = "core"

    def __init__(self, pool: ExpressionPool | None = None) -> None:
        self._pool = pool

    def register(self, registry: Registry) -> None:
        """One capability. Without a pool (a front end, an offline catalog) only its contract counts."""

        @capability("core.evaluate", input=Evaluation, output=Value, duration="short", title="Evaluate an expression")
        async def evaluate(step: Step[Evaluation]) -> Value:
            """The value of a pure expression, within 250 ms and 64 MB; ExpressionError names the limit that was reached."""
            asked = step.input
            assert self._pool is not None
            work = (asked.expression, asked.data, asked.variables, step.context.now)
            return Value(value=await asyncio.to_thread(self._pool.evaluate, *work))

        registry.register(evaluate)
