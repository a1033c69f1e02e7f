"""Lists what a solution may use, from the Curator's catalog."""

from collections.abc import Callable

from symphainy.foundations.curator import capability
from symphainy.foundations.language.contract import Catalog, Contract, IntentRoute
from symphainy.foundations.language.step import Step
from symphainy.realms.solution.models import IntentOffer, Offer, Offers, ToList


def lister(catalog: Callable[[], Catalog]) -> Callable[[Step[ToList]], Offers]:
    """The capability over a catalog that is read when it is asked: all realms have registered by then."""

    @capability("solution.catalog", input=ToList, output=Offers, duration="short", title="List what solutions may use")
    def list_catalog(step: Step[ToList]) -> Offers:
        """Capabilities and intents of the platform, all or one owner's, narrowed by words."""
        return offers(catalog(), step.input)

    return list_catalog


def offers(catalog: Catalog, asked: ToList) -> Offers:
    """The part of ``catalog`` that was asked for, in the order of names."""
    words = asked.words.lower().split()

    def wanted(contract: Contract) -> bool:
        text = f"{contract.name} {contract.title} {contract.description}".lower()
        return asked.owner in (None, contract.owner) and all(word in text for word in words)

    def named(route: IntentRoute) -> bool:
        return asked.owner in (None, route.owner) and all(word in route.intent for word in words)

    return Offers(
        capabilities=tuple(_offer(c) for c in sorted(catalog.contracts, key=lambda c: c.ref) if wanted(c)),
        intents=tuple(_intent(r) for r in sorted(catalog.routes, key=lambda r: r.intent) if named(r)),
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
