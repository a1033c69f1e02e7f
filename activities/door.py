"""What a schedule's knock does: submits the intent as the solution's service principal, through the same door as anybody."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from temporalio import activity

from symphainy.activities.step import retryable
from symphainy.foundations.language.context import Intent, Principal
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import DOOR, Knock
from symphainy.runtime.client import RuntimeClient

Service = Callable[[str, str], Awaitable[Principal]]
"""The service account of a tenant by name, made if there is none."""


def door_activity(runtime: RuntimeClient, service: Service) -> Callable[[Knock], Coroutine[Any, Any, str]]:
    """The activity ``door``; it comes without a passport, since submitting is what makes one."""

    @activity.defn(name=DOOR.lower())
    async def door(knock: Knock) -> str:
        """Submit once per nominal time, or set of events, however often this runs."""
        solution = None if "/" in knock.solution else knock.solution  # a definition's own schedule is no solution's
        intent = Intent(type=knock.intent, payload=knock.payload, source="cron", solution=solution)
        nominal = knock.nominal.isoformat() if knock.nominal else activity.info().workflow_id
        try:
            principal = await service(knock.tenant, f"schedule-{knock.solution}")
            key = f"schedule:{knock.solution}.{knock.binding}:{knock.round or nominal}"
            return (await runtime.submit(intent, principal=principal, key=key)).execution_id
        except SymphainyError as error:
            raise retryable(error) from error

    return door
