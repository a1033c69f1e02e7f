"""The door of schedules: one activity that submits an intent, under a key that the nominal time makes unique."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.wire import DOOR, Knock

NOMINAL = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name=DOOR)
class Door:
    """One knock."""

    @workflow.run
    async def run(self, knock: Knock) -> str:
        """Submit; the execution id."""
        info = workflow.info()
        nominal = knock.nominal or info.typed_search_attributes.get(NOMINAL) or info.start_time
        execution: str = await workflow.execute_activity(
            DOOR.lower(), knock.model_copy(update={"nominal": nominal}), result_type=str, summary=Label(knock.intent),
            start_to_close_timeout=timedelta(seconds=30), schedule_to_close_timeout=timedelta(hours=1),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
        )  # fmt: skip
        return execution
