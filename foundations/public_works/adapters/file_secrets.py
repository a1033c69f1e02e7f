"""Secrets in files below the data folder, each sealed with AES-GCM under a key derived from the master key."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symphainy.foundations.language.errors import Defect, NotFound
from symphainy.foundations.public_works.abstractions.secrets import check_secret
from symphainy.foundations.settings import derive_key

_NONCE = 12


class FileSecrets:
    """``Secrets`` in ``<data_dir>/secrets/<tenant>/<name>``, mode 0600; a file moved to another tenant or name does not open."""

    def __init__(self, data_dir: Path, master_key: bytes) -> None:
        self._folder = data_dir / "secrets"
        self._cipher = AESGCM(derive_key(master_key, "secrets"))

    async def get(self, tenant: str, name: str) -> bytes:
        """Unseal; Defect when the file was changed or sealed under another master key."""
        return await asyncio.to_thread(self._get, tenant, name)

    async def put(self, tenant: str, name: str, value: bytes) -> None:
        """Seal and put in place whole."""
        await asyncio.to_thread(self._put, tenant, name, value)

    async def delete(self, tenant: str, name: str) -> None:
        """Remove the file."""
        await asyncio.to_thread(self._path(tenant, name).unlink, missing_ok=True)

    async def list(self, tenant: str) -> Sequence[str]:
        """The names of the tenant's files."""
        check_secret(tenant)
        folder = self._path(tenant, "a").parent
        return (
            sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []
        )

    def _path(self, tenant: str, name: str) -> Path:
        check_secret(tenant, name)
        return self._folder / tenant.replace(":", "+") / name

    def _get(self, tenant: str, name: str) -> bytes:
        try:
            sealed = self._path(tenant, name).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"tenant {tenant} has no secret {name}") from None
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _context(tenant, name))
        except (InvalidTag, ValueError):
            raise Defect(
                f"secret {name} of tenant {tenant} does not open: changed, or sealed under another master key"
            ) from None

    def _put(self, tenant: str, name: str, value: bytes) -> None:
        path = self._path(tenant, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        nonce = secrets.token_bytes(_NONCE)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(nonce + self._cipher.encrypt(nonce, value, _context(tenant, name)))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()


def _context(tenant: str, name: str) -> bytes:
    return f"{tenant}/{name}".encode()
