"""Starts a saga at Temporal: used at submit, and by the reconciler for intents that were reserved but never started."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.language.label import Label
from symphainy.foundations.language.wire import SAGA, SAGA_QUEUE, SagaInput
from symphainy.runtime.headers import carrying, passport_headers
from symphainy.runtime.rpc import answering
from symphainy.runtime.search_attributes import at_start

__all__ = ["TASK_TIMEOUT", "start_saga"]

TASK_TIMEOUT = timedelta(seconds=3)
"""A worker killed in a workflow task: the saga went on after 4.0 s with 3 s here, 11.0 s with the default of 10 s."""

_RPC_TIMEOUT = timedelta(seconds=5)


async def start_saga(
    client: Client,
    saga: SagaInput,
    passport: Passport,
    plan: Plan,
    *,
    priority: int = 3,
    task_queue: str = SAGA_QUEUE,
    task_timeout: timedelta = TASK_TIMEOUT,
) -> bool:
    """Start the workflow of one execution. True: started now; False: it had been started before, which is as good.

    Raises Unavailable when Temporal does not answer: whether it started is then unknown, and asking again is safe.
    """
    try:
        with answering("start"), carrying(passport_headers(passport.token, passport.bundle)):
            await client.start_workflow(
                plan.workflow or SAGA,
                saga,
                id=workflow_id(saga.tenant, saga.execution_id),
                task_queue=task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                task_timeout=task_timeout,
                priority=Priority(priority_key=priority, fairness_key=saga.tenant),
                search_attributes=at_start(tenant=saga.tenant, intent=saga.intent, definition=plan.definition),
                static_summary=Label(f"{saga.intent} · {plan.definition}"),
                rpc_timeout=_RPC_TIMEOUT,
            )
    except WorkflowAlreadyStartedError:
        return False
    return True
