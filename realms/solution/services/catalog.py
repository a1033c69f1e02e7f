"""Lists what a solution may use: the Curator's catalog, and what the tenant has deployed."""

from collections.abc import Awaitable, Callable, Sequence

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Catalog, Contract, IntentRoute
from symphainy.foundations.language.registers import Deployed, SolutionRegister
from symphainy.foundations.language.step import Step
from symphainy.realms.solution.models import IntentOffer, Offer, Offers, ToList


def lister(
    catalog: Callable[[], Catalog], register: SolutionRegister | None = None
) -> Callable[[Step[ToList]], Awaitable[Offers]]:
    """The capability over a catalog that is read when it is asked (all realms have registered by then), and over the register
    of solutions, where there is one.
    """

    @capability("solution.catalog", input=ToList, output=Offers, title="List what solutions may use")
    async def list_catalog(step: Step[ToList]) -> Offers:
        """Capabilities and intents of the platform and of the tenant's deployed solutions, all or one owner's, narrowed by words."""
        deployed = await register.deployed(step.context.tenant) if register is not None else []
        return offers(catalog(), step.input, deployed)

    return list_catalog


def offers(catalog: Catalog, asked: ToList, deployed: Sequence[Deployed] = ()) -> Offers:
    """The part of ``catalog`` and of what is deployed that was asked for, in the order of names."""
    words = asked.words.lower().split()

    def wanted(contract: Contract) -> bool:
        text = f"{contract.name} {contract.title} {contract.description}".lower()
        return asked.owner in (None, contract.owner) and all(word in text for word in words)

    def named(intent: str, owner: str) -> bool:
        return asked.owner in (None, owner) and all(word in intent for word in words)

    own = [
        IntentOffer(intent=intent, owner=each.name, by="solution", name=f"{each.name} {each.version}")
        for each in deployed
        for intent in each.intents
    ]
    intents = [*own, *(_intent(route) for route in catalog.routes)]
    return Offers(
        capabilities=tuple(_offer(c) for c in sorted(catalog.contracts, key=lambda c: c.ref) if wanted(c)),
        intents=tuple(i for i in sorted(intents, key=lambda i: (i.intent, i.owner)) if named(i.intent, i.owner)),
        solutions=tuple(
            s for s in deployed if asked.owner in (None, s.name) and all(w in s.title.lower() + s.name for w in words)
        ),
    )


def _offer(contract: Contract) -> Offer:
    return Offer(
        ref=contract.ref,
        owner=contract.owner,
        title=contract.title,
        description=contract.description,
        determinism=contract.determinism,
        mode=contract.mode,
        undo=contract.undo,
        agent=contract.agent,
    )


def _intent(route: IntentRoute) -> IntentOffer:
    name = route.saga or route.capability or ""
    return IntentOffer(intent=route.intent, owner=route.owner, by="saga" if route.saga else "capability", name=name)
