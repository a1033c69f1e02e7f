"""The registry: a collection of contracts, and the functions behind them in this process."""

from collections.abc import Callable, Iterator
from typing import Any

from symphainy.foundations.curator.capability import Capability, mark_of
from symphainy.foundations.language.contract import Catalog, Contract, IntentRoute
from symphainy.foundations.language.errors import Defect, Invalid, NotFound
from symphainy.foundations.language.model import Json


class Registry:
    """What managers hand over at start: ``"content.parse" in registry``, ``for contract in registry``.

    Names may carry a version (``content.parse@1``); without one the newest is meant. Filled once, then only read.
    """

    def __init__(self) -> None:
        self._capabilities: dict[str, Capability] = {}
        self._routes: dict[str, IntentRoute] = {}
        self._sagas: dict[str, dict[str, Json]] = {}

    def register(self, function: Callable[..., Any]) -> Contract:
        """Add a marked function; Defect when its ref is taken. Returns its contract."""
        return self.add(mark_of(function))

    def add(self, mark: Capability) -> Contract:
        """Add a capability that is no marked function; Defect when its ref is taken. Returns its contract."""
        if mark.contract.ref in self._capabilities:
            raise Defect(f"{mark.contract.ref} is registered twice: rename one of the two, or give it another version.")
        self._capabilities[mark.contract.ref] = mark
        return mark.contract

    def agent(self, function: Callable[..., Any]) -> Contract:
        """Attach an agent: a marked function whose contract says ``agent``."""
        if not mark_of(function).contract.agent:
            raise Defect(f"{mark_of(function).contract.ref} is no agent: mark it with agent=True or use register().")
        return self.register(function)

    def route(self, route: IntentRoute) -> None:
        """Say what answers an intent: one saga or one capability. Defect when the intent is taken."""
        if (route.saga is None) == (route.capability is None):
            raise Defect(f"The route of intent {route.intent} names either a saga or a capability, and exactly one.")
        if route.intent in self._routes:
            raise Defect(f"Intent {route.intent} has two routes: keep one.")
        self._routes[route.intent] = route

    def saga(self, name: str, document: dict[str, Json]) -> None:
        """Add a packaged saga: an OWS document under the name that routes use."""
        if name in self._sagas:
            raise Defect(f"Saga {name} is packaged twice: keep one.")
        if not isinstance(document.get("document"), dict) or not isinstance(document.get("do"), list):
            raise Invalid(f"Saga {name} is no OWS document: it needs the keys document and do.")
        self._sagas[name] = document

    def check(self) -> None:
        """Refuse what does not fit together: an undo or a route that leads nowhere. Lists all findings at once."""
        found = [
            f"{contract.ref} names the undo {contract.undo}, which nobody registers"
            for contract in self
            if contract.undo and contract.undo not in self
        ]
        for route in self._routes.values():
            if route.saga is not None and route.saga not in self._sagas:
                found.append(f"intent {route.intent} leads to the saga {route.saga}, which nobody packages")
            if route.capability is not None and route.capability not in self:
                found.append(
                    f"intent {route.intent} leads to the capability {route.capability}, which nobody registers"
                )
        if found:
            raise Invalid("The registry does not fit together: " + "; ".join(found) + ".", code="registry.incomplete")

    def find(self, name: str) -> Capability | None:
        """The capability called ``name`` or ``name@version``, or None."""
        contract = self.catalog().find(name)
        return self._capabilities[contract.ref] if contract else None

    def capability(self, name: str) -> Capability:
        """Like ``find``; NotFound when there is none."""
        found = self._capabilities.get(name) or self.find(name)
        if found is None:
            raise NotFound(f"No capability is called {name}.", remedy="GET /api/capabilities lists those there are.")
        return found

    def function(self, name: str) -> Callable[..., Any]:
        """The function behind ``name`` or ``name@version``; NotFound when there is none."""
        return self.capability(name).function

    def catalog(self) -> Catalog:
        """Everything registered, as data, in the order of names."""
        return Catalog(
            contracts=tuple(self),
            routes=tuple(self._routes[intent] for intent in sorted(self._routes)),
            sagas={name: self._sagas[name] for name in sorted(self._sagas)},
        )

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._capabilities or self.find(name) is not None)

    def __iter__(self) -> Iterator[Contract]:
        return iter(self._capabilities[ref].contract for ref in sorted(self._capabilities))

    def __len__(self) -> int:
        return len(self._capabilities)

    def __repr__(self) -> str:
        return f"Registry({len(self)} capabilities, {len(self._routes)} intents, {len(self._sagas)} sagas)"
