"""The first effect of a deployment: the version is kept, with its plans. And the undo that is owed for it."""

import json
from collections.abc import Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.registers import SolutionRegister
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.models import Done, Kept, ToStore, UndoStore


def storer(register: Callable[[], SolutionRegister]) -> Callable[[Step[ToStore]], object]:
    """The capability over the register."""

    @capability(
        "solution.store", input=ToStore, output=Kept, determinism="effectful", effects=Effects(dedupe="key"), action="deploy",
        undo="solution.discard", title="Keep a solution",
    )  # fmt: skip
    async def store(step: Step[ToStore]) -> Kept:
        """Keep a linked solution under its digest. The same again is the same; Conflict when its version has another content."""
        draft = json.loads(await step.tools.read(step.input.draft))
        kept = await register().create(step.context.tenant, draft, step.context.principal.id)
        return Kept(name=kept.name, version=kept.version, digest=kept.digest)

    return store


def discarder(register: Callable[[], SolutionRegister]) -> Callable[[Step[UndoStore]], object]:
    """The undo over the register."""

    @capability(
        "solution.discard", input=UndoStore, output=Done, determinism="effectful", effects=Effects(dedupe="key", irreversible=True),
        action="deploy", title="Give up a solution",
    )  # fmt: skip
    async def discard(step: Step[UndoStore]) -> Outcome[Done]:
        """Give up a version that was kept and never deployed: nothing answers with it, which ``solution.discarded`` tells.

        The register only grows (what was once handed in is evidence), so the version itself stays, immutable and unbound.
        """
        kept = step.input.output
        standing = await register().standing(step.context.tenant, kept.name)
        unbound = standing is None or standing.digest != kept.digest
        told = EventDraft(
            type="solution.discarded", subject=kept.name, data={"version": kept.version, "digest": kept.digest}
        )
        return Outcome(Done(name=kept.name, done=unbound), events=(told,) if unbound else ())

    return discard
