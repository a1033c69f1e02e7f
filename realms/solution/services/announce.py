"""The last step of a deployment: who listens is told that it stands."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.registers import Deployed
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.models import ToAnnounce

DEPLOYED = "solution.deployed"


@capability("solution.announce", input=ToAnnounce, output=Deployed, title="Announce a deployment")
def announce(step: Step[ToAnnounce]) -> Outcome[Deployed]:
    """Say ``solution.deployed``: the event goes out in the transaction of this very step, or not at all.

    So there is nothing to undo: if the deployment is taken back after all, ``solution.reverted`` says that.
    """
    done = step.input.deployed
    told = EventDraft(
        type=DEPLOYED, subject=done.name,
        data={"version": done.version, "digest": done.digest, "revision": done.revision, "intents": list(done.intents)},
    )  # fmt: skip
    return Outcome(done, events=(told,))
