"""The dispatcher: every letter that is due gets a saga of its own, which tries until it is delivered or given up.

Submitting is under a key made of endpoint, event and round: done twice it is done once, so no place has to be kept.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Intent, Principal
from symphainy.foundations.language.errors import DomainError, RateLimited
from symphainy.runtime.models import Submitted
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.webhooks import Due, Webhooks

__all__ = ["DELIVER", "Dispatcher"]

DELIVER = "webhook.deliver"
"""The intent; its own events are due to nobody (see the trigger ``webhooks_due``)."""
_SETTLED = timedelta(seconds=5)
_log = logging.getLogger("symphainy.dispatch")

Submit = Callable[..., Awaitable[Submitted]]
Service = Callable[[str, str], Awaitable[Principal]]


class Dispatcher:
    """One round is ``once``; the relay runs it."""

    def __init__(self, store: Store, submit: Submit, service: Service, clock: Clock) -> None:
        self._rows, self._submit, self._service, self._clock = Webhooks(store), submit, service, clock

    async def once(self) -> int:
        """Start what is due; how many. Unavailable when SQL or Temporal is away."""
        count = 0
        for due in await self._rows.due():
            count += await self._start(due)
        for left in await self._rows.left(self._clock.now() - _SETTLED):
            await self._note(left, {"state": "dead", "reason": "the delivery itself failed; send it again"})
        return count

    async def _start(self, due: Due) -> bool:
        payload = {"endpoint": due.endpoint_id, "event": due.event_id}
        key = f"{DELIVER}:{due.endpoint_id}:{due.event_id}:{due.round}"
        try:
            principal = await self._service(due.tenant, "post-office")
            found = await self._submit(
                Intent(type=DELIVER, payload=payload, source="cron"), principal=principal, key=key
            )
        except RateLimited:
            return False  # it stays due
        except DomainError as refusal:  # refused for good: one bad letter must not stop the others
            _log.error(
                "letter_refused", extra={"tenant": due.tenant, "endpoint": due.endpoint_id, "code": refusal.code}
            )
            await self._note(due, {"state": "dead", "reason": f"refused: {refusal.code or 'by policy'}"})
            return False
        await self._rows.started(due, found.execution_id)
        return True

    async def _note(self, due: Due, values: dict[str, object]) -> None:
        await self._rows.note(due.tenant, due.endpoint_id, due.event_id, {**values, "noted_at": self._clock.now()})
