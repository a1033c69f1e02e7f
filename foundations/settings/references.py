"""Secrets by reference: ``${ENV:NAME}`` stands for a variable of the environment; what would be a secret inline is refused."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

REFERENCE = re.compile(r"\$\{ENV:([A-Za-z_][A-Za-z0-9_]*)\}")
_PASSWORD = re.compile(r"^[^/?#]*://[^/?#@]*?:([^@]*)@")
_SECRET = re.compile(r"password|passwd|secret|token|key", re.IGNORECASE)


def plain(text: str) -> str:
    """A text in which every ``${…}`` is a reference; ValueError otherwise."""
    if "${" in REFERENCE.sub("", text):
        raise ValueError("a reference is written ${ENV:NAME}")
    return text


def secret(text: str) -> str:
    """A text that is one reference and nothing else; ValueError otherwise."""
    if not REFERENCE.fullmatch(text):
        raise ValueError("a secret is never written here; name its variable as ${ENV:NAME}")
    return text


def url(text: str) -> str:
    """A URL whose password, and whatever else is secret in it, is a reference; ValueError otherwise.

    >>> url("redis://:${ENV:CACHE_PASSWORD}@cache:6379/0")
    'redis://:${ENV:CACHE_PASSWORD}@cache:6379/0'
    """
    inside = _PASSWORD.match(plain(text))
    if inside and not REFERENCE.fullmatch(inside[1]):
        raise ValueError("its password is never written here; name its variable as ${ENV:NAME}")
    query = urlsplit(REFERENCE.sub("x", text)).query
    for (name, _), (_, value) in zip(parse_qsl(query), parse_qsl(text.partition("?")[2]), strict=False):
        if _SECRET.search(name) and not REFERENCE.fullmatch(value):
            raise ValueError(f"{name} is never written here; name its variable as ${{ENV:NAME}}")
    return text


def resolve(text: str, environment: Mapping[str, str]) -> str:
    """The text with every reference replaced; KeyError with the name of a variable that is not set, or empty.

    >>> resolve("redis://:${ENV:WORD}@cache", {"WORD": "w"})
    'redis://:w@cache'
    """

    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise KeyError(found[1])
        return environment[found[1]]

    return REFERENCE.sub(value, text)
