"""Sending a file: streamed from the disk, with its progress told."""

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2

from symphainy.foundations.experience.http import Client, error_of
from symphainy.foundations.experience.models import Uploaded
from symphainy.foundations.language.errors import NotFound, Unavailable

CHUNK = 1 << 18
Progress = Callable[[int, int], None]
"""Called with bytes sent and bytes in all."""


class Uploads(Client):
    """Files in."""

    async def upload(
        self,
        path: Path,
        *,
        media_type: str | None = None,
        name: str | None = None,
        key: str | None = None,
        progress: Progress | None = None,
    ) -> Uploaded:
        """Upload a file; the intent ``content.upload`` is on its way when this returns. The same bytes again are the same intent."""
        if not path.is_file():
            raise NotFound(f"there is no file {path}")
        kind = media_type or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        size = path.stat().st_size
        headers = self._http.headers({"Content-Type": kind, "Content-Length": str(size), "Idempotency-Key": key or ""})
        try:
            response = await self._http.pool.post(
                "/v1/content/upload",
                content=_chunks(path, size, progress),
                headers=headers,
                params={"name": name or path.name},
            )
        except httpx2.TransportError as error:
            raise Unavailable(
                f"the upload broke off ({type(error).__name__}): send it again, it will not be taken in twice"
            ) from error
        if not response.is_success:
            raise error_of(response)
        return Uploaded.model_validate_json(response.content)


async def _chunks(path: Path, size: int, progress: Progress | None) -> AsyncIterator[bytes]:
    sent = 0
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
            sent += len(chunk)
            if progress:
                progress(sent, size)
