"""The language model: none, and one behind a server that speaks the chat-completions protocol."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from local_http import Asked, LocalHttp, as_json

from symphainy.foundations.language.errors import AgentError, DomainError, RateLimited, TooLarge, Unavailable
from symphainy.foundations.public_works.abstractions.model import Model, Turn
from symphainy.foundations.public_works.adapters.http_model import HttpModel
from symphainy.foundations.public_works.adapters.httpx_outbound import HttpxOutbound
from symphainy.foundations.public_works.adapters.no_model import NoModel

TURNS = [Turn("system", "Be brief."), Turn("user", "What is due?")]


def said(text: Any = "42 EUR", finish: str = "stop") -> dict[str, Any]:
    return {
        "model": "small-1",
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 3},
    }


@pytest.fixture
async def http() -> AsyncIterator[HttpxOutbound]:
    http = HttpxOutbound()
    yield http
    await http.close()


async def test_no_model_says_so_and_how_to_have_one() -> None:
    model: Model = NoModel()
    assert not model.available and model.name == ""
    with pytest.raises(DomainError) as caught:
        await model.complete(TURNS)
    assert (
        caught.value.code == "no_model" and not caught.value.retry and "SYMPHAINY_MODEL_URL" in str(caught.value.remedy)
    )


async def test_a_completion_speaks_the_protocol(http: HttpxOutbound) -> None:
    with LocalHttp(lambda _: as_json(said())) as server:
        model: Model = HttpModel(http, f"{server.url}/v1/", "small", api_key="hush")
        answer = await model.complete(TURNS, max_tokens=50, schema={"type": "object"})
    assert model.available and model.name == "small"
    assert (answer.text, answer.complete, answer.input_tokens, answer.output_tokens, answer.model) == (
        "42 EUR",
        True,
        11,
        3,
        "small-1",
    )
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.headers["authorization"]) == ("POST", "/v1/chat/completions", "Bearer hush")
    sent = asked.json()
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is due?"}]
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("small", 50, 0.0)
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert "42 EUR" not in repr(answer)


async def test_a_cut_answer_is_marked(http: HttpxOutbound) -> None:
    with LocalHttp(lambda _: as_json(said(finish="length"))) as server:
        assert not (await HttpModel(http, server.url, "small").complete(TURNS)).complete
        assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, Unavailable),
        (503, Unavailable),
        (408, Unavailable),
        (401, AgentError),
        (404, AgentError),
        (302, AgentError),
    ],
)
async def test_statuses_say_whether_a_retry_helps(http: HttpxOutbound, status: int, error: type[Exception]) -> None:
    with LocalHttp(lambda _: as_json({"error": {"message": "your prompt was canary-4711"}}, status)) as server:
        with pytest.raises(error) as caught:
            await HttpModel(http, server.url, "small").complete(TURNS)
    assert "canary" not in str(caught.value)


async def test_too_many_requests_say_when_to_come_back(http: HttpxOutbound) -> None:
    def busy(_: Asked) -> tuple[int, dict[str, str], bytes]:
        return 429, {"retry-after": "7"}, b""

    with LocalHttp(busy) as server, pytest.raises(RateLimited) as caught:
        await HttpModel(http, server.url, "small").complete(TURNS)
    assert caught.value.extra["retry_after"] == 7


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":[{"message":{}}]}',
        b'{"choices":[{"message":{"content":null}}]}',
        b"[" * 10_000,
        b'{"choices":[{"message":{"content":["a"]}}]}',
        b'{"choices":[{"message":{"content":"a"}}],"usage":{"prompt_tokens":"x"}}',
    ],
)
async def test_what_is_not_of_the_protocol_is_the_models_fault(http: HttpxOutbound, body: bytes) -> None:
    with LocalHttp(lambda _: (200, {}, body)) as server, pytest.raises(AgentError):
        await HttpModel(http, server.url, "small").complete(TURNS)


async def test_endless_answers_end(http: HttpxOutbound) -> None:
    with LocalHttp(lambda _: (200, {}, b"x" * 6_000_000)) as server, pytest.raises(TooLarge):
        await HttpModel(http, server.url, "small").complete(TURNS)


async def test_an_endpoint_that_is_away_is_unavailable(http: HttpxOutbound) -> None:
    with pytest.raises(Unavailable):
        await HttpModel(http, "http://127.0.0.1:9", "small").complete(TURNS)
