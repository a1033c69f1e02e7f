"""An agent as a capability: attached to a realm by contract, replaceable without touching a service or a saga."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel

from symphainy.foundations.agentic.base import AgentBase
from symphainy.foundations.curator import capability
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.contract import Duration
from symphainy.foundations.language.step import Step

Input = TypeVar("Input", bound=BaseModel)


def attach(
    agent: AgentBase[Input],
    name: str,
    *,
    input: type[Input],
    version: str = "1",
    realm: str | None = None,
    title: str = "",
    duration: Duration = "long",
) -> Callable[[Step[Input]], Awaitable[ReasonedArtifact]]:
    """The marked function that runs ``agent``, for ``registry.agent``; its determinism is the agent's kind.

    A deterministic agent of ``duration`` short runs as a local step.
    """

    async def think(step: Step[Input]) -> ReasonedArtifact:
        return await agent.run(step)

    think.__doc__ = type(agent).__doc__
    mark = capability(
        name, version=version, input=input, output=ReasonedArtifact, determinism=agent.kind, realm=realm, title=title, agent=True,
        duration=duration,
    )  # fmt: skip
    return mark(think)
