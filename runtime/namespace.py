"""The platform's own Temporal namespace: 30 days' retention and the search attributes (``default`` keeps closed runs 24 h)."""

import asyncio
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from symphainy.foundations.language.errors import Unavailable
from symphainy.runtime.search_attributes import ALL

__all__ = ["RETENTION", "ensure_namespace", "retention"]

RETENTION = timedelta(days=30)
"""Long enough that the relay has exported a closed run's history many times over before the server forgets it."""

_PATIENCE = timedelta(seconds=30)
"""A server's namespace cache refreshes every 10 s at most (2 s embedded); three rounds, then the server is at fault."""


async def ensure_namespace(client: Client, namespace: str | None = None, *, keep: timedelta = RETENTION) -> None:
    """Create ``namespace`` (default: the client's own) and its search attributes where they are missing; idempotent.

    Raises Unavailable when the server does not serve the new namespace within 30 s.
    """
    name = namespace or client.namespace
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=name,
                description="Symphainy sagas",
                workflow_execution_retention_period=Duration(seconds=int(keep.total_seconds())),
            )
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE.total_seconds()
    while True:
        try:
            return await _ensure_search_attributes(client, name)
        except RPCError as error:  # the namespace is new: not every host of the server knows it yet
            if loop.time() > deadline:
                raise Unavailable(f"Temporal does not serve the namespace {name!r}: {error.message}") from error
        await asyncio.sleep(0.1)


async def retention(client: Client, namespace: str | None = None) -> timedelta:
    """How long the server keeps closed runs of ``namespace`` (default: the client's own)."""
    found = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace or client.namespace)
    )
    return timedelta(seconds=found.config.workflow_execution_retention_ttl.seconds)


async def _ensure_search_attributes(client: Client, namespace: str) -> None:
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    missing = {
        key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in ALL if key.name not in listed.custom_attributes
    }
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
