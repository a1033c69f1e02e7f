"""The client of the platform: the Experience plane's calls, and the Solution plane's under ``solution``."""

from types import TracebackType
from typing import Self

import httpx2

from symphainy.foundations.experience.auth import Auth
from symphainy.foundations.experience.chat import Chats
from symphainy.foundations.experience.documents import Shelf
from symphainy.foundations.experience.http import Http, Tokens
from symphainy.foundations.experience.models import Health
from symphainy.foundations.experience.session import Sessions
from symphainy.foundations.experience.solution import SolutionClient
from symphainy.foundations.experience.submit import Submits
from symphainy.foundations.experience.tasks import Tasks
from symphainy.foundations.experience.upload import Uploads
from symphainy.foundations.experience.watch import Watches


class SymphainyClient(Auth, Sessions, Submits, Uploads, Shelf, Watches, Chats, Tasks):
    """One user's view of the platform. All calls raise errors of ``symphainy.foundations.language.errors`` and no others."""

    def __init__(
        self, base_url: str = "http://127.0.0.1:7300", solution_url: str = "http://127.0.0.1:7301", token: str | None = None,
        *, transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.tokens = Tokens(token)
        self._http = Http(base_url, self.tokens, transport=transport)
        self.solution = SolutionClient(solution_url, tokens=self.tokens)

    @property
    def token(self) -> str | None:
        """The access token now in use."""
        return self.tokens.access

    async def health(self) -> Health:
        """What the Experience plane rests on, part by part."""
        return await self._http.get("/health", Health)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.close()
        await self.solution.close()

    async def __aenter__(self) -> Self:
        """Nothing is connected before the first call."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()
