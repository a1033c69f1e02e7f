"""Typed identifiers, and the names derived from them. Minting is ``symphainy.runtime.ids``' work; here is only form."""

import re
from typing import Annotated

from pydantic import StringConstraints

Tenant = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$")
]
"""A DNS label; ``rehearsal:<tenant>`` for rehearsals. Part of every key, so it never holds personal data."""

PREFIXES = {
    "session": "ses", "intent": "int", "execution": "exe", "event": "evt", "decision": "dec", "user": "usr",
    "service": "svc", "conversation": "cnv", "upload": "upl", "key": "key", "task": "tsk",
    "endpoint": "whe", "subscription": "sub", "erasure": "ers",
}  # fmt: skip
"""Kind → prefix; an id is ``<prefix>_<26 characters of lower-case Crockford base32>`` and sorts by time of minting."""

_ID = re.compile(r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$")


def is_id(value: str, kind: str) -> bool:
    """Whether ``value`` has the form of an id of ``kind``.

    >>> is_id("exe_01hzy3v7k2m4n6p8q0r2s4t6v8", "execution")
    True
    """
    return bool(_ID.match(value)) and value.startswith(PREFIXES[kind] + "_")


def workflow_id(tenant: str, execution_id: str) -> str:
    """Temporal's workflow id of an execution.

    >>> workflow_id("acme", "exe_1")
    'acme:exe_1'
    """
    return f"{tenant}:{execution_id}"


def split_workflow_id(value: str) -> tuple[str, str]:
    """Tenant and execution id of a workflow id (the tenant may itself hold a colon: ``rehearsal:acme``).

    >>> split_workflow_id("rehearsal:acme:exe_1")
    ('rehearsal:acme', 'exe_1')
    """
    tenant, _, execution = value.rpartition(":")
    return tenant, execution


def effect_key(tenant: str, execution_id: str, path: str, *, undo: bool = False) -> str:
    """The key of one effect (DECISIONS.md 1): never a run id, never an attempt.

    >>> effect_key("acme", "exe_1", "/do/2/pay~2", undo=True)
    'acme/exe_1/do/2/pay~2/undo'
    """
    return f"{tenant}/{execution_id}{path}{'/undo' if undo else ''}"
