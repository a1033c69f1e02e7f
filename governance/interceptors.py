"""The city's two places in Temporal's SDK: headers on the way out of a client, the wall in front of every activity.

``CityClientInterceptor`` writes what the runtime client carries; ``CityActivityInterceptor`` lets nothing run before the
passport's signature holds and names this very execution. The workflow in between only passes headers on.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import temporalio.activity
import temporalio.client
import temporalio.worker
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic_core import from_json, to_json
from temporalio.api.common.v1 import Payload
from temporalio.exceptions import ApplicationError

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.errors import Refused, SymphainyError, Unauthenticated
from symphainy.foundations.language.wire import HEADER_BUNDLE, HEADER_PASSPORT, HEADER_TRACE
from symphainy.governance.data_steward.codec import speaking_for
from symphainy.governance.incoming import Incoming, incoming
from symphainy.governance.workflow_ids import owner_of
from symphainy.runtime.headers import outgoing

__all__ = ["CityActivityInterceptor", "CityClientInterceptor", "read_header", "write_header"]

Audit = Callable[[str, Refused, Mapping[str, str]], Awaitable[None]]
"""Told of every refusal here: tenant (as the workflow id claims it), error, ids."""
_log = logging.getLogger("symphainy.interceptors")
_propagator = TraceContextTextMapPropagator()


def write_header(value: str) -> Payload:
    """A header's payload; the codec encrypts it (``header_codec_behavior=CODEC``)."""
    return Payload(metadata={"encoding": b"json/plain"}, data=to_json(value))


def read_header(headers: Mapping[str, Payload], name: str) -> str:
    """A header's text, or "" when it is missing, refused or no text."""
    payload = headers.get(name)
    if payload is None or payload.metadata.get("encoding") != b"json/plain":
        return ""
    try:
        value = from_json(payload.data)
    except ValueError:
        return ""
    return value if isinstance(value, str) else ""


class CityClientInterceptor(temporalio.client.Interceptor):
    """For ``Client(interceptors=[…])``."""

    def intercept_client(self, next: temporalio.client.OutboundInterceptor) -> temporalio.client.OutboundInterceptor:
        """Wrap."""
        return _Outbound(next)


class _Outbound(temporalio.client.OutboundInterceptor):
    async def start_workflow(
        self, input: temporalio.client.StartWorkflowInput
    ) -> temporalio.client.WorkflowHandle[Any, Any]:
        input.headers = _with_outgoing(input.headers)
        with speaking_for(input.id):
            return await super().start_workflow(input)

    async def signal_workflow(self, input: temporalio.client.SignalWorkflowInput) -> None:
        input.headers = _with_outgoing(input.headers)
        with speaking_for(input.id):
            await super().signal_workflow(input)

    async def query_workflow(self, input: temporalio.client.QueryWorkflowInput) -> Any:
        input.headers = _with_outgoing(input.headers)
        with speaking_for(input.id):
            return await super().query_workflow(input)

    async def start_workflow_update(
        self, input: temporalio.client.StartWorkflowUpdateInput
    ) -> temporalio.client.WorkflowUpdateHandle[Any]:
        input.headers = _with_outgoing(input.headers)
        with speaking_for(input.id):
            return await super().start_workflow_update(input)

    async def start_update_with_start_workflow(
        self, input: temporalio.client.StartWorkflowUpdateWithStartInput
    ) -> temporalio.client.WorkflowUpdateHandle[Any]:
        start, update = input.start_workflow_input, input.update_workflow_input
        start.headers, update.headers = _with_outgoing(start.headers), _with_outgoing(update.headers)
        with speaking_for(start.id):
            return await super().start_update_with_start_workflow(input)


class CityActivityInterceptor(temporalio.worker.Interceptor):
    """For ``Worker(interceptors=[…])``. ``without_passport`` names activities that get theirs inside (the schedule's door)."""

    def __init__(
        self, inspect: Callable[[str], Awaitable[Passport]], audit: Audit, without_passport: Collection[str] = ()
    ) -> None:
        self._inspect, self._audit, self._without = inspect, audit, frozenset(without_passport)

    def intercept_activity(
        self, next: temporalio.worker.ActivityInboundInterceptor
    ) -> temporalio.worker.ActivityInboundInterceptor:
        """Wrap."""
        return _Inbound(next, self._inspect, self._audit, self._without)


class _Inbound(temporalio.worker.ActivityInboundInterceptor):
    def __init__(
        self,
        next: temporalio.worker.ActivityInboundInterceptor,
        inspect: Callable[[str], Awaitable[Passport]],
        audit: Audit,
        without: frozenset[str],
    ) -> None:
        super().__init__(next)
        self._inspect, self._audit, self._without = inspect, audit, without

    async def execute_activity(self, input: temporalio.worker.ExecuteActivityInput) -> Any:
        info = temporalio.activity.info()
        passport: Passport | None = None
        if info.activity_type not in self._without:
            try:
                passport = await self._inspect(read_header(input.headers, HEADER_PASSPORT))
                same_execution(passport, info.workflow_id or "", input.args)
            except SymphainyError as error:
                await self._refuse(error, info)
        come = Incoming(passport, read_header(input.headers, HEADER_TRACE), read_header(input.headers, HEADER_BUNDLE))
        token = incoming.set(come)
        try:
            return await super().execute_activity(input)
        finally:
            incoming.reset(token)

    async def _refuse(self, error: SymphainyError, info: temporalio.activity.Info) -> None:
        owner = owner_of(info.workflow_id or "")
        ids = {"workflow_id": info.workflow_id or "", "activity": info.activity_type, "activity_id": info.activity_id}
        _log.warning("activity refused: %s", error.detail, extra=ids)
        if isinstance(error, Refused) and owner is not None:
            try:
                await self._audit(owner[0], error, ids)
            except Exception as failure:  # the refusal stands, written down or not
                _log.error("refusal not recorded (%s)", type(failure).__name__, extra=ids)
        problem = error.problem()
        raise ApplicationError(
            error.detail, problem.model_dump(mode="json"), type=problem.type, non_retryable=not error.retry
        ) from error


def same_execution(passport: Passport, workflow_id: str, args: Collection[Any]) -> None:
    """Unauthenticated unless workflow, and every argument that names one, are the passport's tenant, run and plan."""
    if owner_of(workflow_id) != (passport.tenant, passport.execution_id):
        raise Unauthenticated(
            "The passport belongs to another execution.", remedy="Submit the intent through the platform."
        )
    is_root = workflow_id == f"{passport.tenant}:{passport.execution_id}"
    for argument in (
        part for each in args for part in (each, getattr(each, "saga", None), getattr(each, "opening", None))
    ):
        for name, right in (
            ("tenant", passport.tenant),
            ("execution_id", passport.execution_id),
            ("plan_digest", passport.plan_digest),
        ):
            said = getattr(argument, name, right)
            child = not is_root and (
                name == "plan_digest" or (name == "execution_id" and f"{passport.tenant}:{said}" == workflow_id)
            )
            if said != right and not child:
                raise Unauthenticated(
                    f"The {name.replace('_', ' ')} in the call is not the passport's.",
                    remedy="Submit the intent through the platform.",
                )


def _with_outgoing(headers: Mapping[str, Payload] | None) -> dict[str, Payload]:
    carried = dict(outgoing.get())
    if HEADER_TRACE not in carried:
        _propagator.inject(carried)
    return {**(headers or {}), **{name: write_header(value) for name, value in carried.items()}}
