"""Secrets: what a step needs to call somebody else. Named by reference everywhere, resolved in the activity alone."""

import hashlib
import re
from collections.abc import Sequence
from typing import Protocol

from symphainy.foundations.language.errors import Invalid

_TENANT = re.compile(r"^[a-z0-9][a-z0-9:-]{0,126}$")
_NAME = re.compile(r"^[a-z](?:_?[a-z0-9]){0,60}$")


class Secrets(Protocol):
    """Secrets of a tenant, by name."""

    async def get(self, tenant: str, name: str) -> bytes:
        """The secret; NotFound when the tenant has none of that name."""
        ...

    async def put(self, tenant: str, name: str, value: bytes) -> None:
        """Store or replace; Refused where secrets come from outside."""
        ...

    async def delete(self, tenant: str, name: str) -> None:
        """Remove; no error when there is none."""
        ...

    async def list(self, tenant: str) -> Sequence[str]:
        """The names, sorted; never a value."""
        ...


def check_secret(tenant: str, name: str = "a") -> None:
    """Invalid unless tenant and name are of harmless form.

    >>> check_secret("acme", "erp_password")
    """
    if not _TENANT.match(tenant) or not _NAME.match(name):
        raise Invalid("a secret's name is lower-case letters, digits and single underscores, beginning with a letter")


def stored_name(name: str) -> str:
    """Under which name a store keeps a definition's secret: stores take ``a-z0-9_`` only.

    >>> stored_name("payments"), stored_name("mySecret")
    ('payments', 'ows_d0be733429432f7f')
    """
    return name if _NAME.match(name) else f"ows_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
