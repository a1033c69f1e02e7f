"""Data Steward's place in the chain: size and class on the way in, size again on the way out."""

from collections.abc import Callable
from typing import Any

from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import TooLarge
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.bundle import Bundle
from symphainy.governance.data_steward import classes, personal, size
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.role import GovernedCall, Mode, Modes, Role, settle

__all__ = ["DataSteward"]


class DataSteward(Role):
    """Measures, classifies and looks for personal data; its other half, the codec, encrypts."""

    name = "data_steward"
    rules = ("codec", "size", "classes", "pii", "erasure", "retention")
    offers = ("data.classify", "data.mask")

    def __init__(
        self,
        keys: KeyRing,
        modes: Modes,
        bundle: Callable[[str], Bundle],
        inline_local: int = size.INLINE_LOCAL,
        inline_activity: int = size.INLINE_ACTIVITY,
    ) -> None:
        self.keys, self._modes, self._bundle = keys, modes, bundle
        self._local, self._activity = inline_local, inline_activity

    async def prepare(self, tenant: str) -> None:
        """Hold the tenant's keys: without them nothing can be written down, so nothing runs."""
        await self.keys.prepare(tenant)

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Ceilings in and out; classes and personal data in."""
        settle(call.record, size.judge(call.call.arguments, self._activity, "input"), error=TooLarge)
        if call.contract is not None:
            found = classes.of_contract(call.contract)
            call.record.classes |= found
            settle(call.record, classes.judge(found))
        mode = "off" if call.undo else self._modes.mode("pii_masking", call.tenant, call.solution)
        if mode != "off":
            self._personal(call, mode)
        outcome = await self.next.step(call)
        if mode == "enforce":
            call.record.events = [personal.masked_event(draft) for draft in call.record.events]
        local = call.contract is not None and call.contract.mode == "local"
        settle(
            call.record, size.judge(outcome.output, self._local if local else self._activity, "output"), error=TooLarge
        )
        return outcome

    def _personal(self, call: GovernedCall, mode: Mode) -> None:
        terms = self._bundle(call.tenant).personal_of(call.tenant, call.solution)
        kinds = terms.kinds or personal.PERSONAL
        if mode != "enforce" or terms.action == "refuse":
            settle(call.record, personal.judge(personal.find(call.call.arguments, kinds=kinds)), mode)
            return
        keep = classes.personal_fields(call.contract.input) if call.contract is not None else frozenset()
        call.record.masked = personal.mask(call.call.arguments, kinds, keep)
        settle(call.record, personal.masked(personal.find(call.call.arguments, kinds=kinds), keep))

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """An intent's payload has the same ceiling as a step's input."""
        if call.intent is not None:
            settle(record, size.judge(call.intent.payload, self._activity, "intent"), error=TooLarge)
        record.classes |= {str(c) for c in call.resource.get("classes", ())}
        return await self.next.door(call, record)
