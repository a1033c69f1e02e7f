"""Long loops and wide forks, and what they cost: events and bytes of each run's history."""

from dataclasses import dataclass
from typing import Any

from support.machine_driver import plan
from support.saga_worker import World

from symphainy.foundations.definitions.plan import Plan

Made = tuple[Plan, dict[str, Any], Any]


@dataclass(frozen=True)
class Run:
    """One run of an execution, from one continue-as-new to the next."""

    events: int
    bytes: int


@dataclass(frozen=True)
class Seen:
    """What an execution came to."""

    output: Any
    runs: list[Run]
    calls: int


def locally(made: Plan) -> Plan:
    """The same with its capabilities in local mode."""
    caps = {ref: linked.model_copy(update={"mode": "local"}) for ref, linked in made.capabilities.items()}
    return made.model_copy(update={"capabilities": caps}).sealed()


def loop_of(times: int, *, local: bool) -> Made:
    """A loop whose output is counted up by a step."""
    functions = {"inc": lambda asked: {"n": asked["n"] + 1}}
    do = [
        {"begin": {"set": {"n": 0}}},
        {"all": {"for": {"in": "$workflow.input.xs"}, "do": [{"s": {"call": "inc", "with": {"n": "${ .n }"}}}]}},
    ]
    made = plan(do, functions)
    return (locally(made) if local else made), functions, {"xs": list(range(times))}


def fork_of(width: int, *, local: bool) -> Made:
    """A fork with a step in each branch."""
    functions = {"same": lambda asked: {"n": asked["n"]}}
    branches = [{f"b{i}": {"call": "same", "with": {"n": i}}} for i in range(width)]
    made = plan([{"wide": {"fork": {"branches": branches}}}], functions)
    return (locally(made) if local else made), functions, {}


async def measured(world: World, made: Plan, data: Any, **more: Any) -> Seen:
    """Run it to its end, then ask the server for every run of it."""
    async with world.worker():
        handle = await world.start(made, data, **more)
        output = await handle.result()
    runs = []
    for run in dict.fromkeys(opening.run_id for opening in world.openings):
        history = await world.client.get_workflow_handle(handle.id, run_id=run).fetch_history()
        runs.append(Run(len(history.events), sum(event.ByteSize() for event in history.events)))
    return Seen(output, runs, len(world.log))
