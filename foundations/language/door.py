"""The door: what every call from outside passes before anything moves (submit, read, decide, cancel, deploy …)."""

from datetime import datetime
from typing import Literal, Protocol

from symphainy.foundations.language.context import Intent, Passport, Principal, SessionContext
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.records import Record

Action = Literal["submit", "read", "decide", "cancel", "subscribe", "deploy", "administer", "upload", "cite", "erase"]


ERASED = "key_destroyed"
"""The code of what does not open any more, since the person whom it was about has been erased."""


FORGOTTEN = "past_retention"
"""The code of what was taken out of the record, since it had been kept as long as the tenant's rule says."""


class DoorCall(Message):
    """One call at a door, before it is judged."""

    action: Action
    principal: Principal
    session: SessionContext | None = None
    resource_type: Literal["Capability", "Definition", "Execution", "HumanTask", "Document", "Topic", "Tenant"]
    resource_id: str
    resource: dict[str, Json] = {}
    intent: Intent | None = None
    size: int = 0
    purpose: str = "operate"


class Admission(Message):
    """What the city grants at submit: how the run is started."""

    bundle: str = ""
    priority: int = 3
    fairness_key: str = ""
    not_after: datetime | None = None
    limits: dict[str, Json] = {}


class Gate(Protocol):
    """The city as the runtime client sees it; ``symphainy.governance.chain.City`` is the one implementation."""

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Judge a call: every service adds its ruling to ``record``; Refused (or a child of it) when one denies."""
        ...

    def sign(self, passport: Passport) -> Passport:
        """The passport with its key id and token."""
        ...


class Sealer(Protocol):
    """Encrypts values at rest with the tenant's key; Data Steward implements it, the surface and the codec use it."""

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """Ciphertext that names its key id; AAD = tenant + key id + context."""
        ...

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """The plaintext; Refused when the key is another tenant's or gone, Defect when a bit has flipped."""
        ...

    def digest(self, tenant: str, data: bytes) -> str:
        """HMAC-SHA256 under the tenant's key, hex: equal values of one tenant have equal digests, and only there."""
        ...

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> "Sealer":
        """The sealer of one run (empty: of none): it seals and digests with the run's own key, which is that of the person whom
        the run is about, where it is about one (DECISIONS.md 20). It can unseal ``sealed``, unless their keys are destroyed.
        """
        ...

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        """Say whom a new run is about, before anything of it is sealed; nobody, without ``subject``."""
        ...
