"""The wire of the client library: one connection pool, one token, and every refusal as one of our errors."""

import asyncio
import random
import ssl
from functools import cache
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from symphainy.foundations.experience.edge import problems
from symphainy.foundations.language.errors import Problem, SymphainyError, Unavailable, rebuilt

Answered = TypeVar("Answered", bound=BaseModel)
RETRIES = 4
"""Times a repeatable request is sent again; with the delays below about 4 s, a restart of one process."""


@cache
def _trusted() -> ssl.SSLContext:
    """Whom the machine trusts, read once: it takes 40 ms, and a program may make a client for each of its users."""
    return httpx2.create_ssl_context(trust_env=False)


@cache
def _nobody() -> ssl.SSLContext:
    """For a plane without TLS: nobody is trusted, so a connection with TLS that came about all the same would fail."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Http:
    """Requests to one plane. ``token`` may change at any time: a login sets it for both planes through ``Tokens``."""

    def __init__(self, base_url: str, tokens: "Tokens", *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.base_url, self.tokens = base_url.rstrip("/"), tokens
        timeout = httpx2.Timeout(75.0, connect=5.0)  # a wait of 60 s, and what the way takes
        self.pool = httpx2.AsyncClient(
            base_url=self.base_url, timeout=timeout, trust_env=False, transport=transport,
            verify=_trusted() if self.base_url.startswith("https:") else _nobody(),
        )  # fmt: skip

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        """Headers of a request: the token, if there is one, and ``more``."""
        mine = {"Authorization": f"Bearer {self.tokens.access}"} if self.tokens.access else {}
        return {**mine, **{k: v for k, v in (more or {}).items() if v}}

    async def request(
        self, method: str, path: str, *, repeat: bool | None = None, headers: dict[str, str] | None = None, **about: Any
    ) -> httpx2.Response:
        """Send; the answer if it is a success, one of our errors otherwise.

        ``repeat``: send again when the line or the platform fails (by default, if the method is a reading one). A request with
        an idempotency key may always be repeated.
        """
        again = method in ("GET", "DELETE") if repeat is None else repeat
        for attempt in range(RETRIES + 1):
            try:
                response = await self.pool.request(method, path, headers=self.headers(headers), **about)
            except httpx2.TransportError as error:
                failed: SymphainyError = Unavailable(
                    f"{self.base_url} does not answer ({type(error).__name__})", remedy="Is it up?"
                )
                if not again or attempt == RETRIES:
                    raise failed from error
            else:
                if response.is_success:
                    return response
                failed = error_of(response)
                if not (again and failed.retry and failed.status >= 500) or attempt == RETRIES:
                    raise failed
            await asyncio.sleep(delay(attempt))
        raise AssertionError("unreachable")

    async def get(self, path: str, model: type[Answered], **about: Any) -> Answered:
        """GET a model."""
        return model.model_validate_json((await self.request("GET", path, **about)).content)

    async def post(self, path: str, model: type[Answered], body: object = None, **about: Any) -> Answered:
        """POST a JSON body and get a model."""
        payload = body.model_dump(mode="json", exclude_none=True) if isinstance(body, BaseModel) else body
        if payload is not None:
            about["json"] = payload
        return model.model_validate_json((await self.request("POST", path, **about)).content)

    async def close(self) -> None:
        """Close the pool."""
        await self.pool.aclose()


class Tokens:
    """The tokens of one login, shared by the clients of both planes."""

    def __init__(self, access: str | None = None, refresh: str | None = None) -> None:
        self.access, self.refresh = access, refresh


class Client:
    """Base of what speaks to a plane."""

    _http: Http


def delay(attempt: int) -> float:
    """Seconds before the next attempt: doubling from 0.2 to 5, with jitter so that clients do not come back as one."""
    return float(min(5.0, 0.2 * 2**attempt) * random.uniform(0.7, 1.3))


def error_of(response: httpx2.Response) -> SymphainyError:
    """The error in an answer that is none; works for foreign bodies too (a proxy's, say)."""
    try:
        problem = problems.parse(response.json())
    except (ValueError, TypeError):
        code = response.status_code
        problem = Problem(type="about:blank", status=code, title="Error", detail=f"HTTP {code} without a problem body")
        if code in (502, 503, 504):
            return Unavailable(problem.detail)
    return rebuilt(problem)
