"""Exports of closed histories: what verify, rebuild and plan read once Temporal has forgotten a run (DECISIONS.md 13).

One object per execution, ``<tenant>/histories/<execution_id>.json``: all runs as Temporal's own JSON, compressed, then sealed with
the tenant's key, so that an export says no more than the encrypted rows do. Written once; a second export finds the first.
"""

import asyncio
import json
from contextlib import suppress

import zstandard
from temporalio.client import Client, WorkflowHistory

from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Conflict, NotFound
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.history import ExecutionHistory, fold, histories, is_over

__all__ = ["HistoryArchive", "export_key"]

_MAX_EXPORT = 1 << 30  # a decompression bomb's ceiling; Temporal ends a run at 50 MB of history


def export_key(tenant: str, execution_id: str) -> str:
    """Where an execution's export lies. In a file system no name may be a folder as well: runs below a run lie below its name.

    >>> export_key("acme", "exe_1"), export_key("acme", "exe_1/do/0/child")
    ('acme/histories/exe_1.json', 'acme/histories/exe_1/do/0/child.json')
    """
    return f"{tenant}/histories/{execution_id}.json"


class HistoryArchive:
    """Histories wherever they are: at Temporal while it keeps them, else in the objects."""

    def __init__(self, client: Client, objects: Objects, sealer: Sealer) -> None:
        self._client, self._objects, self._sealer = client, objects, sealer

    async def export(self, tenant: str, execution_id: str) -> bool:
        """Write the execution's histories once. False: its last run is not over yet. NotFound when Temporal has none."""
        runs = await histories(self._client, tenant, execution_id)
        if not is_over(runs[-1]):
            return False
        # Tens of milliseconds for a long history: in a thread, since events are announced on this loop meanwhile.
        sealed = self._sealer.seal(tenant, await asyncio.to_thread(_pack, runs), context=_context(execution_id))
        with suppress(Conflict):  # exported before, and a closed history never changes
            await self._objects.put(export_key(tenant, execution_id), sealed, create_only=True)
        return True

    async def forget(self, tenant: str, execution_id: str) -> None:
        """Remove an export; it is no error when there is none."""
        await self._objects.delete(export_key(tenant, execution_id))

    async def exported(self, tenant: str, execution_id: str) -> list[WorkflowHistory]:
        """The exported histories; NotFound without an export."""
        sealed = await self._objects.get(export_key(tenant, execution_id))
        packed = self._sealer.unseal(tenant, sealed, context=_context(execution_id))
        runs = json.loads(zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_EXPORT))
        return [WorkflowHistory.from_json(workflow_id(tenant, execution_id), run) for run in runs]

    async def raw(self, tenant: str, execution_id: str) -> list[WorkflowHistory]:
        """From Temporal, else from the export; NotFound when neither has it."""
        try:
            return await histories(self._client, tenant, execution_id)
        except NotFound:
            return await self.exported(tenant, execution_id)

    async def read(self, tenant: str, execution_id: str) -> ExecutionHistory:
        """The same, decoded and folded."""
        return await fold(self._client.data_converter, tenant, execution_id, await self.raw(tenant, execution_id))


def _pack(runs: list[WorkflowHistory]) -> bytes:
    body = json.dumps([run.to_json_dict() for run in runs], separators=(",", ":")).encode()
    return zstandard.ZstdCompressor(level=6).compress(body)


def _context(execution_id: str) -> bytes:
    return b"history:" + execution_id.encode()
