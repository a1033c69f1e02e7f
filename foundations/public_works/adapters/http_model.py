"""A language model behind an OpenAI-compatible endpoint (chat completions), over guarded outbound HTTP."""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from symphainy.foundations.language.errors import AgentError, RateLimited, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.model import Completion, Turn
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp, OutboundResponse

_LONGEST_ANSWER = 5 * 1024 * 1024  # bytes: no model's longest answer, and no more than a process can take


class HttpModel:
    """``Model`` at ``<url>/chat/completions``. The operator named the endpoint, so its host may be a private one."""

    available = True

    def __init__(
        self,
        http: OutboundHttp,
        url: str,
        name: str,
        *,
        api_key: str | None = None,
        timeout: timedelta = timedelta(seconds=60),
    ) -> None:
        self.name, self._http, self._timeout = name, http, timeout
        self._url = url.rstrip("/") + "/chat/completions"
        self._allow: Collection[str] = (urlsplit(url).netloc.rpartition("@")[2],)
        self._headers = {"content-type": "application/json"} | (
            {"authorization": f"Bearer {api_key}"} if api_key else {}
        )

    async def complete(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        schema: dict[str, Json] | None = None,
    ) -> Completion:
        """One request; who retries is the platform, since a model call has no effect but its price."""
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": turn.role, "content": turn.text} for turn in turns],
            "max_tokens": max_tokens,
            "temperature": temperature,
        }
        if schema is not None:
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "schema": schema, "strict": True},
            }
        response = await self._http.request(
            "POST", self._url, headers=self._headers, body=json.dumps(body).encode(),
            allow=self._allow, safe=True, timeout=self._timeout, max_size=_LONGEST_ANSWER,
        )  # fmt: skip
        _check_status(response)
        return _completion(response.body, self.name)


def _check_status(response: OutboundResponse) -> None:
    """Nothing of an error's body is repeated: it may quote the prompt."""
    if response.status == 429:
        given = response.headers.get("retry-after", "")
        raise RateLimited("the language model takes no more for now", retry_after=int(given) if given.isdigit() else 5)
    if response.status >= 500 or response.status == 408:
        raise Unavailable(f"the language model answers {response.status}")
    if response.status != 200:
        raise AgentError(
            f"the language model refuses with {response.status}", remedy="check SYMPHAINY_MODEL_NAME and its key"
        )


def _completion(body: bytes, name: str) -> Completion:
    try:
        said = json.loads(body)
        choice = said["choices"][0]
        text, usage = choice["message"]["content"], said.get("usage") or {}
        if not isinstance(text, str):
            raise AgentError("the language model gave no text")
        return Completion(
            text=text,
            complete=choice.get("finish_reason") != "length",
            input_tokens=int(usage.get("prompt_tokens", 0)),
            output_tokens=int(usage.get("completion_tokens", 0)),
            model=str(said.get("model") or name),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise AgentError("the language model's answer is not of its protocol") from None
