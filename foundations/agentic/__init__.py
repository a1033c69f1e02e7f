"""Bases of agents, and the check that keeps them honest. No domain knowledge lives here.

WHAT: AgentBase and its three kinds (deterministic, grounded, expert); ``verify``, which re-reads every citation.
HOW: an agent is a function context → ReasonedArtifact with read-only tools; the step boundary verifies what it returns.
"""

from symphainy.foundations.agentic.attach import attach
from symphainy.foundations.agentic.base import AgentBase, AgentContext, ReadOnly
from symphainy.foundations.agentic.deterministic import DeterministicAgent
from symphainy.foundations.agentic.expert import ExpertReasoningAgent
from symphainy.foundations.agentic.grounded import GroundedReasoningAgent
from symphainy.foundations.agentic.grounding import verify

__all__ = [
    "AgentBase",
    "AgentContext",
    "DeterministicAgent",
    "ExpertReasoningAgent",
    "GroundedReasoningAgent",
    "ReadOnly",
    "attach",
    "verify",
]
