"""Fakes with memory for what the runtime only sees as a Protocol: the gate, the sealer, the clock."""

import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.runtime.oversight import Act


class FakeGate:
    """Lets everyone in but the principals in ``banned``, and remembers who asked for what."""

    def __init__(self) -> None:
        self.banned: set[str] = set()
        self.calls: list[DoorCall] = []
        self.signed: list[Passport] = []

    async def door(self, call: DoorCall, record: Record) -> Admission:
        self.calls.append(call)
        if call.principal.id in self.banned:
            record.rule("fake", "banned", "deny", "you are banned")
            raise Refused("you are banned", remedy="ask an administrator")
        record.rule("fake", "banned")
        return Admission(bundle="sha256:test", fairness_key=call.principal.tenant)

    def sign(self, passport: Passport) -> Passport:
        signed = passport.model_copy(update={"key_id": "k1", "token": f"token-of-{passport.execution_id}"})
        self.signed.append(signed)
        return signed

    def actions(self) -> list[str]:
        """What was asked, in order."""
        return [call.action for call in self.calls]


class Watch:
    """A city's watch that says what a test lets it say, and remembers what it was asked."""

    def __init__(self, late: Act | None = None, faulted: Act | None = None, ill: Act | None = None) -> None:
        self.says = {"late": late, "faulted": faulted, "ill": ill}
        self.asked: list[tuple[str, str, int]] = []

    async def late(self, tenant: str, solution: str | None, age: timedelta, within: timedelta) -> Act:
        return self._say("late", solution or "", int(age / within))

    async def faulted(self, tenant: str, solution: str | None, compensation: str, tries: int, since: timedelta) -> Act:
        return self._say("faulted", compensation, tries)

    async def ill(self, tenant: str, solution: str | None, kind: str, tries: int) -> Act:
        return self._say("ill", kind, tries)

    def _say(self, what: str, about: str, number: int) -> Act:
        self.asked.append((what, about, number))
        return self.says[what] or Act()


class FakeSealer:
    """AES-GCM under a key made from the tenant's name: real ciphertext, no key management."""

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(_key(tenant)).encrypt(nonce, data, tenant.encode() + context)

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        return AESGCM(_key(tenant)).decrypt(data[:12], data[12:], tenant.encode() + context)

    def digest(self, tenant: str, data: bytes) -> str:
        return hmac.new(_key(tenant), data, hashlib.sha256).hexdigest()

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> "FakeSealer":
        return self

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        return None


def _key(tenant: str) -> bytes:
    return hashlib.sha256(b"test" + tenant.encode()).digest()


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by
