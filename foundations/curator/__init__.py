"""The Curator: what the platform can do, as data.

WHAT: capabilities, agents, packaged sagas and the intents that lead to them; lookup, never execution.
HOW: a decorator marks a function, a manager registers it; ``Registry.catalog()`` is the ontology that all others read.
"""

from symphainy.foundations.curator.capability import Capability, capability, mark_of
from symphainy.foundations.curator.catalog import read_catalog, write_catalog
from symphainy.foundations.curator.registry import Registry

__all__ = ["Capability", "Registry", "capability", "mark_of", "read_catalog", "write_catalog"]
