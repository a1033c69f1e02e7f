"""The realm that the benchmarks load into a platform (``SYMPHAINY_REALMS``): a step that does next to nothing, in both modes."""

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step
from symphainy.workflows.code import CodeFirst, Run, saga


class Number(Message):
    """What travels from step to step."""

    n: int = 0


@capability("bench.add", input=Number, output=Number, duration="short")
async def add(step: Step[Number]) -> Number:
    """One more: deterministic and short, so a local step."""
    return Number(n=step.input.n + 1)


@capability(
    "bench.tell", input=Number, output=Number, determinism="effectful", effects=Effects(dedupe="key", irreversible=True)
)
async def tell(step: Step[Number]) -> Number:
    """One more, as an effect: an activity with its claim."""
    return Number(n=step.input.n + 1)


def hand_written(steps: int) -> CodeFirst:
    """What ``documents.chain(steps, "bench.tell")`` does, as a workflow written by hand: the same governed steps, nothing interpreted."""

    @saga(f"bench/hand-{steps}:1.0.0", uses=["bench.tell"])
    async def chain(run: Run, data: Json) -> Json:
        value: Json = {"n": 0}
        for n in range(steps):
            value = await run.call("bench.tell", value, name=f"s{n}")
        return value

    return chain


HAND_WRITTEN = tuple(hand_written(steps) for steps in (5, 100, 1000))


class Manager:
    """Registers the realm."""

    name = "bench"

    def register(self, registry: Registry) -> None:
        """Its two capabilities."""
        for function in (add, tell):
            registry.register(function)
