"""Two capabilities that do next to nothing: what is left is what the platform takes."""

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step


class Number(Message):
    """What goes in and comes out."""

    n: int = 0


@capability("bench.near", input=Number, output=Number, duration="short")
async def near(step: Step[Number]) -> Number:
    """One more, as a local step."""
    return Number(n=step.input.n + 1)


@capability("bench.far", input=Number, output=Number, duration="long")
async def far(step: Step[Number]) -> Number:
    """One more, as an activity."""
    return Number(n=step.input.n + 1)


class Manager:
    """Registers both."""

    name = "bench"

    def register(self, registry: Registry) -> None:
        """Hand them over."""
        registry.register(near)
        registry.register(far)
