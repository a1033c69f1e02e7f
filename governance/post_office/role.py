"""Post Office's place in the chain: innermost, so that it sees a step's events first and everyone else only the record."""

from typing import Any

from symphainy.foundations.language.step import Outcome
from symphainy.governance.post_office import drafts
from symphainy.governance.role import GovernedCall, Role, settle

__all__ = ["PostOffice"]


class PostOffice(Role):
    """Takes drafts, delivers nothing itself: when the stream is away, the outbox waits."""

    name = "post_office"
    rules = ("drafts", "signed_out", "verified_in")
    offers = ("event.publish", "webhook.send")

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """What the step drafted becomes part of its record.

        A faulty draft is withheld and noted, and the step still counts: its effect may already be in the world.
        """
        outcome = await self.next.step(call)
        for draft in outcome.events:
            ruling = drafts.judge(draft)
            settle(call.record, ruling, "observe")
            if ruling.verdict == "allow":
                call.record.events.append(draft)
        return outcome
