"""Identity without anybody else: argon2id passwords and Ed25519 tokens."""

import asyncio
import os
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from pwdlib.hashers.argon2 import Argon2Hasher

from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.public_works.abstractions.auth import PasswordCheck
from symphainy.foundations.public_works.adapters.key_ring import KeyRing
from symphainy.foundations.public_works.adapters.strict_tokens import StrictTokens

_SHORTEST, _LONGEST = 8, 1024


class LocalAuth(StrictTokens):
    """``Auth``: 64 MiB, 3 passes per hash (139 ms on the reference machine), in threads of its own."""

    def __init__(
        self,
        keys: KeyRing,
        *,
        issuer: str = "symphainy",
        audience: str = "symphainy-api",
        clock: Clock | None = None,
        memory_kib: int = 64 * 1024,
    ) -> None:
        super().__init__(keys, issuer=issuer, audience=audience, clock=clock or SystemClock())
        self._hasher = Argon2Hasher(time_cost=3, memory_cost=memory_kib, parallelism=1)
        # As many as there are cores: each takes memory_kib, and more of them would only wait.
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="passwords")
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """An argon2id hash in PHC form."""
        if not _SHORTEST <= len(password) <= _LONGEST:
            raise Invalid(f"a password has {_SHORTEST} to {_LONGEST:,} characters")
        if unicodedata.normalize("NFKC", password).casefold() in common_passwords():
            raise Invalid(
                "this password is among the 3,000 that everybody tries first", code="common_password",
                remedy="choose a longer one, a few words that belong together for nobody but you",
            )  # fmt: skip
        return str(await self._run(self._hasher.hash, _normal(password)))

    async def check(self, password: str, stored: str | None) -> PasswordCheck:
        """Compare with a stored hash, or with one that nothing fits."""
        if len(password) > _LONGEST:
            return PasswordCheck(False)
        if stored is None:
            self._nobody = self._nobody or await self.hash(os.urandom(16).hex())
        ok = await self._run(self._fits, _normal(password), stored or str(self._nobody))
        if stored is None or not ok:
            return PasswordCheck(False)
        return PasswordCheck(True, await self.hash(password) if self._hasher.check_needs_rehash(stored) else None)

    def _fits(self, password: str, stored: str) -> bool:
        return self._hasher.identify(stored) and self._hasher.verify(password, stored)

    async def _run(self, work: Any, *arguments: str) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


def _normal(password: str) -> str:
    """One form per text: the same password typed on another system is the same."""
    return unicodedata.normalize("NFC", password)


@cache
def common_passwords() -> frozenset[str]:
    """The 3,000 that are refused (ASVS 5.0 row 6.2.4); in lower case, as they are compared. The file says where they come from.

    >>> "trustno1" in common_passwords(), len(common_passwords())
    (True, 3000)
    """
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
