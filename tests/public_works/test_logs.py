"""Logs: one JSON object per line, ids in it, nobody's data in it."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.public_works.logs import configure, context, logger


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure(level="debug", service="worker", stream=stream)
    yield stream
    root.handlers[:], root.level = before, level
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


async def test_a_line_says_who_what_and_where(lines: io.StringIO) -> None:
    with (
        context(tenant="acme", execution_id="exe_1", session_id=None),
        TracerProvider().get_tracer("t").start_as_current_span("s") as span,
    ):
        logger("symphainy.x").info("step.completed", capability="content.parse@1", duration_ms=12, retried=False)
        await asyncio.create_task(_inner())
    logger("symphainy.x").warning("after")
    first, inner, after = read(lines)
    assert (
        first["event"] == "step.completed"
        and first["level"] == "info"
        and first["service"] == "worker"
        and first["logger"] == "symphainy.x"
    )
    assert (
        first["tenant"] == "acme"
        and first["execution_id"] == "exe_1"
        and first["duration_ms"] == 12
        and "session_id" not in first
    )
    assert first["trace_id"] == f"{span.get_span_context().trace_id:032x}" and first["time"].endswith("Z")
    assert inner["tenant"] == "acme" and inner["trace_id"] == first["trace_id"]
    assert "tenant" not in after and "trace_id" not in after


async def _inner() -> None:
    logger("symphainy.y").info("inner")


@pytest.mark.parametrize(
    "fields",
    [
        {"payload": "canary"},
        {"input": "canary"},
        {"step_output": "canary"},
        {"Password": "canary"},
        {"access_token": "canary"},
        {"x": {"a": "canary"}},
        {"x": ["canary"]},
        {"x": b"canary"},
        {"x": Invalid("canary")},
        {"request_body": "canary"},
        {"email": "canary"},
        {"authorization": "canary"},
        {"x": object},
    ],
)
def test_data_is_dropped_and_the_dropping_is_said(lines: io.StringIO, fields: dict[str, Any]) -> None:
    logger("symphainy.x").info("step.completed", size=7, **fields)
    (line,) = read(lines)
    assert "canary" not in lines.getvalue() and line["size"] == 7 and line["dropped"] == sorted(fields)


def test_exceptions_tell_their_place_and_only_ours_their_message(lines: io.StringIO) -> None:
    for error in (ValueError("canary-4711"), Invalid("row 3 is no number")):
        try:
            raise error
        except Exception:
            logger("symphainy.x").exception("step.failed")
            logging.getLogger("somebody.else").exception("it went wrong")
    theirs, theirs_too, ours, _ = read(lines)
    assert "canary" not in lines.getvalue()
    assert theirs["exception"]["type"] == "builtins.ValueError" and "test_logs.py" in theirs["exception"]["frames"][-1]
    assert theirs_too["exception"] == {**theirs["exception"], "frames": theirs_too["exception"]["frames"]}
    assert ours["exception"]["message"] == "row 3 is no number"


def test_libraries_log_in_the_same_form(lines: io.StringIO) -> None:
    with context(tenant="acme"):
        logging.getLogger("uvicorn.error").info("started on %s", "port 1")
    logging.getLogger("httpx2").info("GET http://x/?key=canary")
    (line,) = read(lines)
    assert line["event"] == "started on port 1" and line["tenant"] == "acme" and line["logger"] == "uvicorn.error"


def test_a_line_stays_a_line(lines: io.StringIO) -> None:
    logger("symphainy.x").info("odd", name="a\nb\x00\u2028" + "x" * 5000)
    (line,) = read(lines)
    assert line["name"].startswith("a\nb") and len(line["name"]) < 400
