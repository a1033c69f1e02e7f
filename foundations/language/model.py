"""The base of every message: frozen, strict about unknown fields, and JSON all the way down."""

from typing import Any

from pydantic import BaseModel, ConfigDict

Json = Any
"""Any JSON value: object, array, string, number, boolean or null."""


class Message(BaseModel):
    """A value that crosses a boundary. New field = new default, so that old histories still decode.

    >>> class Ping(Message):
    ...     text: str = "hi"
    >>> Ping().model_dump()
    {'text': 'hi'}
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")
