"""Registers as realms see them: ports that the composition hands to a realm's manager, since realms never persist."""

from typing import Protocol

from symphainy.foundations.language.model import Json, Message


class Handed(Message):
    """A solution in the register: one version, immutable. ``capabilities``: refs that its plans were linked to."""

    name: str
    version: str
    digest: str
    title: str = ""
    files: dict[str, str] = {}
    capabilities: tuple[str, ...] = ()


class Deployed(Message):
    """What is deployed under a name; ``bindings`` as ``rest ask``."""

    name: str
    version: str
    digest: str
    title: str = ""
    revision: int = 0
    intents: tuple[str, ...] = ()
    bindings: tuple[str, ...] = ()


class SolutionRegister(Protocol):
    """Solutions of a tenant. Every verb may be repeated: what stands already is not done twice."""

    async def find(self, tenant: str, name: str, version: str | None = None) -> Handed:
        """By name and version, the one handed in last without one; NotFound."""
        ...

    async def standing(self, tenant: str, name: str) -> Deployed | None:
        """What is deployed under a name now."""
        ...

    async def deployed(self, tenant: str) -> list[Deployed]:
        """Everything that is deployed, by name."""
        ...

    async def create(self, tenant: str, draft: dict[str, Json], by: str) -> Handed:
        """Keep a compiled folder (``definition``, ``plans``, ``files``); Conflict when the version stands with another content."""
        ...

    async def deploy(self, tenant: str, name: str, version: str, by: str, *, replaces: str | None) -> Deployed:
        """Intents and experience change places in one transaction, from the digest ``replaces`` (None: from nothing).

        Conflict when something else is deployed by now.
        """
        ...

    async def revert(self, tenant: str, name: str, digest: str, by: str, *, to: str | None) -> bool:
        """Take ``digest`` off and put ``to`` back (None: nothing); False when ``digest`` is not what is deployed."""
        ...


class Stored(Message):
    """A saga in one of the registers: its definition's name, and the normalised OWS document of its plan."""

    definition: str
    digest: str
    document: dict[str, Json]


class SagaShelf(Protocol):
    """Sagas by name, to be read."""

    async def saga(self, tenant: str, name: str) -> Stored | None:
        """By ``namespace/name[:version]``, or by an intent that a deployed solution answers; None when there is none."""
        ...
