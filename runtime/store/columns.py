"""Column types that the tables share: instants, JSON, ciphertext, and text that is never NULL."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

__all__ = ["SQLModel", "big", "cipher", "ciphers", "instant", "json", "key", "maybe", "text", "texts", "yes_no"]


def key() -> Any:
    """A text column of the primary key."""
    return Field(primary_key=True, sa_type=Text)


def text(default: str = "") -> Any:
    """A text column that is never NULL."""
    return Field(default=default, sa_type=Text, nullable=False, sa_column_kwargs={"server_default": default})


def maybe() -> Any:
    """A text column that may be NULL: absent differs from empty."""
    return Field(default=None, sa_type=Text, nullable=True)


def instant(*, optional: bool = False) -> Any:
    """An instant, with time zone."""
    extra: dict[str, Any] = {"default": None} if optional else {}
    return Field(sa_type=DateTime(timezone=True), nullable=optional, **extra)


def big(default: int = 0, *, primary_key: bool = False) -> Any:
    """A 64-bit count or number."""
    if primary_key:
        return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    return Field(default=default, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": str(default)})


def json() -> Any:
    """A JSON object or array without payload; never for what must keep the order of its keys."""
    return Field(default_factory=dict, sa_type=JSONB, nullable=False, sa_column_kwargs={"server_default": "{}"})


def texts() -> Any:
    """A list of texts."""
    return Field(default_factory=list, sa_type=ARRAY(Text), nullable=False, sa_column_kwargs={"server_default": "{}"})


def cipher() -> Any:
    """Ciphertext by the tenant's key; NULL when there is nothing to keep."""
    return Field(default=None, sa_type=LargeBinary, nullable=True)


def ciphers() -> Any:
    """A list of ciphertexts; an empty one where there is nothing."""
    return Field(
        default_factory=list, sa_type=ARRAY(LargeBinary), nullable=False, sa_column_kwargs={"server_default": "{}"}
    )


def yes_no(default: bool = False) -> Any:
    """A truth value that is never NULL."""
    return Field(
        default=default, sa_type=Boolean, nullable=False, sa_column_kwargs={"server_default": str(default).lower()}
    )
