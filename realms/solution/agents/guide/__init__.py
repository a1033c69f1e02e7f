"""The guide: meets every message, answers what the platform itself can tell, and hands the rest to a realm's liaison.

Its routing is a table of rules over the catalog, the deployed solutions and the conversation: the same turn gives the same
route, which the journal keeps with the rule that chose it. It proposes, and never submits: only the turn after a proposal, and
only by a yes, says ``confirmed``.
"""

from symphainy.foundations.agentic import DeterministicAgent
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.conversation import Heard
from symphainy.realms.solution.agents.guide.rules import RULES, Said


class Guide(DeterministicAgent[Heard]):
    """Answers about the platform (capabilities, solutions, runs), settles proposals, and routes to the liaisons of the realms."""

    name = "solution.guide"

    def decide(self, input: Heard) -> ReasonedArtifact:
        """What the first rule that fits says; the last one always does."""
        name, said = next((name, said) for name, rule in RULES if (said := rule(input.turn)) is not None)
        return self._artifact(name, said)

    def _artifact(self, rule: str, said: Said) -> ReasonedArtifact:
        confirmed = said.confirmed.model_dump(mode="json") if said.confirmed else None
        return ReasonedArtifact(
            kind=self.kind, agent=self.name, answer=said.answer, reasons=(said.why,), facts=said.facts,
            value={"rule": rule, "to": said.to, "confirmed": confirmed},
            proposal=said.proposal.model_dump(mode="json") if said.proposal else None,
        )  # fmt: skip
