"""What the local and the S3 adapter share: the ``Objects`` protocol over obstore (Rust; streams in constant memory)."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from symphainy.foundations.language.errors import Conflict, NotFound, TooLarge, Unavailable
from symphainy.foundations.public_works.abstractions.objects import Stat, Stored, check_key, check_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ObjectStore

_PIECE = 5 * 1024 * 1024  # the least that S3 takes as a part of a multipart upload
_IN_FLIGHT = 2  # parts on the way at once: 10 MiB per upload, whatever its size


class ObstoreObjects:
    """``Objects`` over one obstore store; the adapters only say how the store is made."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store: Any = store

    async def put(
        self, key: str, data: bytes | AsyncIterator[bytes], *, create_only: bool = False, max_size: int | None = None
    ) -> Stored:
        """Write an object; a stream that may not replace is staged first, since only whole puts are conditional."""
        check_key(key)
        counted = _Counted(max_size)
        with _errors(key):
            if isinstance(data, bytes):
                counted.add(data)
                # One request, not parts: only a whole put can be conditional.
                mode: Literal["create", "overwrite"] = "create" if create_only else "overwrite"
                await obstore.put_async(self._store, key, data, mode=mode, use_multipart=False)
            elif create_only:
                await self._put_staged(key, counted, data)
            else:
                await self._put_stream(key, counted, data)
        return Stored(key, counted.size, counted.hash.hexdigest())

    async def _put_stream(self, key: str, counted: "_Counted", data: AsyncIterator[bytes]) -> None:
        await obstore.put_async(self._store, key, counted.watch(data), chunk_size=_PIECE, max_concurrency=_IN_FLIGHT)

    async def _put_staged(self, key: str, counted: "_Counted", data: AsyncIterator[bytes]) -> None:
        tenant, _, _ = key.partition("/")
        staged = f"{tenant}/.staged/{uuid.uuid4().hex}"
        await self._put_stream(staged, counted, data)
        try:
            await obstore.copy_async(self._store, staged, key, overwrite=False)
        finally:
            await obstore.delete_async(self._store, staged)

    async def get(self, key: str) -> bytes:
        """The whole object."""
        with _errors(check_key(key)):
            return bytes(await (await obstore.get_async(self._store, key)).bytes_async())

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A range, streamed."""
        check_key(key)
        if end is not None and end <= start:
            return
        span: Any = None if (start, end) == (0, None) else (start, end) if end is not None else {"offset": start}
        with _errors(key):
            got = await obstore.get_async(self._store, key, options={"range": span} if span else None)
            async for piece in got.stream(min_chunk_size=64 * 1024):
                yield bytes(piece)

    async def stat(self, key: str) -> Stat:
        """Size and time."""
        with _errors(check_key(key)):
            return _stat(await obstore.head_async(self._store, key))

    async def list(self, prefix: str) -> AsyncIterator[Stat]:
        """Every object below a folder, without what is still being staged."""
        folder = check_prefix(prefix)
        with _errors(folder):
            async for batch in obstore.list(self._store, folder, chunk_size=500):
                for found in batch:
                    if "/.staged/" not in found["path"]:
                        yield _stat(found)

    async def rename(self, source: str, target: str) -> None:
        """Another key for the same bytes."""
        with _errors(check_key(source)):
            await obstore.rename_async(self._store, source, check_key(target))

    async def delete(self, key: str) -> None:
        """Remove, or find it removed."""
        with _errors(check_key(key)):
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                return

    async def ping(self) -> None:
        """Ask for a key that nobody has."""
        try:
            await self.stat("ping/none")
        except NotFound:
            return


class _Counted:
    """Counts and hashes what goes by; an error on the way ends the put, and obstore leaves what was there before."""

    def __init__(self, limit: int | None) -> None:
        self.size, self.hash, self.limit = 0, hashlib.sha256(), limit

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.limit is not None and self.size > self.limit:
            raise TooLarge(f"more than {self.limit:,} bytes", limit=self.limit)
        self.hash.update(piece)

    async def watch(self, data: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in data:
            self.add(piece)
            yield piece


def _stat(meta: Any) -> Stat:
    return Stat(meta["path"], meta["size"], meta["last_modified"])


@contextmanager
def _errors(key: str) -> "Iterator[None]":
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"no object {key}") from None
    except (AlreadyExistsError, FileExistsError):
        raise Conflict(f"object {key} exists already") from None
    except PreconditionError:
        raise Conflict(f"object {key} exists already") from None
    except BaseError as error:
        raise Unavailable(f"the object store does not answer for {key}: {type(error).__name__}") from error
