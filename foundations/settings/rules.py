"""What the settings contract rests on: durations, lists, ports, unknown names, published secrets. Pure functions."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from symphainy.foundations.language.errors import Invalid

PREFIX = "SYMPHAINY_"
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(ms|s|m|h|d)$")
_MAPPING = re.compile(r"^[A-Za-z0-9_.-]+(?::\d{1,5})?=(\[[0-9a-fA-F:.]+\]|[0-9.]+):(\d{1,5})$")
_PUBLISHED = frozenset(
    {"postgres", "password", "symphainy", "secret", "changeme", "change-me", "minioadmin", "admin", "redis"}
)
"""Passwords that stand in manuals and compose files: no secret at all."""


@dataclass(frozen=True)
class Ports:
    """Seven ports in a row from ``base``."""

    base: int

    @property
    def experience_api(self) -> int:
        """Experience API."""
        return self.base

    @property
    def solution_api(self) -> int:
        """Solution API and console."""
        return self.base + 1

    @property
    def temporal(self) -> int:
        """Temporal, gRPC."""
        return self.base + 2

    @property
    def temporal_ui(self) -> int:
        """Temporal's Web UI."""
        return self.base + 3

    @property
    def redis(self) -> int:
        """The Redis server that ``up`` starts."""
        return self.base + 4

    @property
    def metrics(self) -> int:
        """Metrics of the first worker."""
        return self.base + 5

    @property
    def postgres(self) -> int:
        """PostgreSQL, where it speaks TCP."""
        return self.base + 6


def variable(name: str) -> str:
    """The environment variable of a field.

    >>> variable("data_dir")
    'SYMPHAINY_DATA_DIR'
    """
    return PREFIX + name.upper()


def parse_duration(value: Any) -> Any:
    """``500ms``, ``3s``, ``15m``, ``24h``, ``30d`` as a timedelta; anything else is left to pydantic (ISO 8601).

    >>> parse_duration("1.5s")
    datetime.timedelta(seconds=1, microseconds=500000)
    """
    found = _DURATION.match(value.strip()) if isinstance(value, str) else None
    return timedelta(**{_UNITS[found[2]]: float(found[1])}) if found else value


def split_list(value: Any) -> Any:
    """A comma-separated text as a tuple of its parts.

    >>> split_list("a, b")
    ('a', 'b')
    """
    return tuple(part for raw in value.split(",") if (part := raw.strip())) if isinstance(value, str) else value


def is_mapping(entry: str) -> bool:
    """Whether an entry is ``host=address:port``.

    >>> is_mapping("petstore.swagger.io=127.0.0.1:8080"), is_mapping("a=b:80")
    (True, False)
    """
    found = _MAPPING.match(entry)
    try:
        return found is not None and bool(ipaddress.ip_address(found[1].strip("[]"))) and int(found[2]) < 65536
    except ValueError:
        return False


def as_text(value: Any) -> str:
    """A setting as an environment variable's text, such that reading it again gives the same value.

    >>> as_text(timedelta(milliseconds=250)), as_text(("a", "b")), as_text(None)
    ('250ms', 'a,b', '')
    """
    match value:
        case None:
            return ""
        case SecretStr():
            return value.get_secret_value()
        case timedelta():
            return f"{value // timedelta(milliseconds=1)}ms"
        case tuple():
            return ",".join(value)
        case bool():
            return str(value).lower()
        case Path():
            return str(value.resolve())
        case _:
            return str(value)


def refuse_unknown(variables: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    """Raise Invalid for the first variable with our prefix that is no setting: a typing mistake must not become a default."""
    known = [variable(field) for field in fields]
    for name in sorted(raw.upper() for raw in variables):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else ".env.example lists every setting"
            raise Invalid(f"{name} is not a setting; {hint}", remedy=hint, variable=name)


def known_secret(text: str) -> bool:
    """Whether a secret, or the password inside a URL, is a published one (or made of one repeated byte).

    >>> known_secret("postgresql+asyncpg://app:postgres@db/app"), known_secret("redis://cache:6379/0")
    (True, False)
    """
    inside = re.match(r"^\w[\w+.-]*://[^/?#]*?:([^@/?#]*)@", text)
    if "://" in text and not inside:
        return False
    secret = inside[1] if inside else text
    return secret.lower() in _PUBLISHED or (bool(secret) and len(set(secret.rstrip("="))) == 1)
