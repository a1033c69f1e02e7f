"""The second effect of a deployment: intents and experience change places at once. And what takes it back."""

from collections.abc import Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.registers import Deployed, SolutionRegister
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.solution.models import Done, ToBind, ToFind, ToWithdraw, UndoBind, UndoWithdraw, Withdrawn

KEY = Effects(dedupe="key")
LAST = Effects(dedupe="key", irreversible=True)


def binder(register: Callable[[], SolutionRegister]) -> Callable[[Step[ToBind]], object]:
    """The capability over the register."""

    @capability(
        "solution.bind", input=ToBind, output=Deployed, determinism="effectful", effects=KEY, action="deploy",
        undo="solution.unbind", title="Bind the experience of a solution",
    )  # fmt: skip
    async def bind(step: Step[ToBind]) -> Deployed:
        """Make a kept version the one that answers, with its experience. Conflict when another was deployed in the meantime."""
        given, context = step.input, step.context
        return await register().deploy(
            context.tenant, given.name, given.version, context.principal.id, replaces=given.replaces
        )

    return bind


def unbinder(register: Callable[[], SolutionRegister]) -> Callable[[Step[UndoBind]], object]:
    """The undo over the register."""

    @capability(
        "solution.unbind", input=UndoBind, output=Done, determinism="effectful", effects=LAST, action="deploy",
        title="Take a binding back",
    )  # fmt: skip
    async def unbind(step: Step[UndoBind]) -> Outcome[Done]:
        """Put back what the version had replaced; nothing happens when a later deployment has taken its place."""
        given, before = step.input.output, step.input.input.replaces
        if before == given.digest:
            return Outcome(Done(name=given.name, done=False))  # it stood before: there is nothing to take back
        who = step.context.principal.id
        done = await register().revert(step.context.tenant, given.name, given.digest, who, to=before)
        told = EventDraft(type="solution.reverted", subject=given.name, data={"from": given.digest, "to": before or ""})
        return Outcome(Done(name=given.name, done=done), events=(told,) if done else ())

    return unbind


def finder(register: Callable[[], SolutionRegister]) -> Callable[[Step[ToFind]], object]:
    """What stands, over the register."""

    @capability("solution.standing", input=ToFind, output=Deployed, title="Say what is deployed")
    async def standing(step: Step[ToFind]) -> Deployed:
        """What is deployed under a name: version, intents, experience. NotFound when nothing is."""
        found = await register().standing(step.context.tenant, step.input.name)
        if found is None:
            raise NotFound(f"the solution {step.input.name} is not deployed", code="solution_not_deployed")
        return found

    return standing


def withdrawer(register: Callable[[], SolutionRegister]) -> Callable[[Step[ToWithdraw]], object]:
    """Taking a solution off, over the register."""

    @capability(
        "solution.withdraw", input=ToWithdraw, output=Withdrawn, determinism="effectful", effects=KEY, action="deploy",
        undo="solution.restore", title="Withdraw a solution",
    )  # fmt: skip
    async def withdraw(step: Step[ToWithdraw]) -> Outcome[Withdrawn]:
        """Take a deployed version off: new intents find nothing, runs go on. One that has gone already stays gone."""
        was, context = step.input.deployed, step.context
        await register().revert(context.tenant, was.name, was.digest, context.principal.id, to=None)
        output = Withdrawn(name=was.name, version=was.version, digest=was.digest)
        told = EventDraft(
            type="solution.withdrawn", subject=was.name, data={"version": was.version, "digest": was.digest}
        )
        return Outcome(output, events=(told,))

    return withdraw


def restorer(register: Callable[[], SolutionRegister]) -> Callable[[Step[UndoWithdraw]], object]:
    """The undo over the register."""

    @capability(
        "solution.restore", input=UndoWithdraw, output=Done, determinism="effectful", effects=LAST, action="deploy",
        title="Put a solution back",
    )  # fmt: skip
    async def restore(step: Step[UndoWithdraw]) -> Done:
        """Deploy what was withdrawn, unless another version has taken its place."""
        was, tenant = step.input.output, step.context.tenant
        standing = await register().standing(tenant, was.name)
        if standing is not None:
            return Done(name=was.name, done=False)
        await register().deploy(tenant, was.name, was.version, step.context.principal.id, replaces=None)
        return Done(name=was.name, done=True)

    return restore
