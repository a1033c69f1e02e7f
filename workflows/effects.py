"""What a cancellation may do to an effect under way: nothing, until it is known how it ended (DECISIONS.md 1 and 9).

Temporal gives up an activity whose worker died, or whose receiver did not answer, as soon as somebody asks it to be cancelled. The
effect may have happened, and then nobody would ever undo it. An effect whose receiver knows our keys is therefore first let come to
its end, however many attempts that takes; what has no end after a while counts as unknown, and a person is asked.
"""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, TimeoutError, TimeoutType, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.plan import Linked
    from symphainy.workflows.calls import Timed

ENDS = timedelta(seconds=20)
"""How long a timeout or a branch that has lost waits for an effect: all workers were killed, one is back after 10 s, and its second
attempt has failed."""
RUN_ENDS = timedelta(minutes=10)
"""How long the cancellation of a whole run waits: an outage. It has nobody waiting behind it, and what it takes back would wait for
the same receiver for as long."""
PATCH = "effects-end-before-a-cancellation"


async def outcome(under_way: "workflow.ActivityHandle[StepResult]", linked: "Linked", walker: "Timed") -> StepResult:
    """What the activity gave; raises as it does, and TimeoutError where nobody can know whether its effect has happened."""
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        if under_way.done():  # it came to its end in the very activation that brings the cancellation
            return await under_way
        by_key = linked.effectful and (linked.effects is None or linked.effects.dedupe == "key")
        held = by_key and workflow.patched(PATCH)
        if held:
            await workflow.wait([under_way], timeout=(RUN_ENDS if walker.cancelled else ENDS).total_seconds())
        late = held and not under_way.done()
        under_way.cancel()
        try:
            return await under_way
        except (ActivityError, asyncio.CancelledError) as error:
            if late and is_cancelled_exception(error):
                raise TimeoutError(
                    "the effect had no end", type=TimeoutType.SCHEDULE_TO_CLOSE, last_heartbeat_details=[]
                ) from error
            raise
