"""What the runtime hands to realms, which persist nothing: the register of solutions, sagas to read, what was said."""

from dataclasses import dataclass

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.memory import StoredMemory
from symphainy.runtime.registers import Register, Shelf
from symphainy.runtime.solutions import Solutions
from symphainy.runtime.store.unit import Store
from symphainy.runtime.webhooks import Postbox

__all__ = ["Shelves"]


@dataclass(frozen=True)
class Shelves:
    """Ports of ``foundations.language`` over one process's store."""

    solutions: Register
    sagas: Shelf
    memory: StoredMemory
    post: Postbox

    @classmethod
    def of(cls, store: Store, sealer: Sealer, objects: Objects, clock: Clock) -> "Shelves":
        """All of them over one store."""
        definitions = Definitions(store, clock)
        solutions = Solutions(store, definitions, clock)
        memory = StoredMemory(store, sealer, objects, solutions, definitions, clock)
        return cls(
            Register(solutions, definitions), Shelf(solutions, definitions), memory, Postbox(store, sealer, clock)
        )
