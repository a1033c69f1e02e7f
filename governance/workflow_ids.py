"""Whose workflow it is, read from a workflow id, strictly: the wall between tenants stands on it.

A task's name may hold a colon, and so may a child's id (``acme:exe_1/do/0/a:b``): what is split off is the tenant in front.
"""

import re
from functools import lru_cache

__all__ = ["is_tenant", "owner_of"]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ID = re.compile(rf"^({_LABEL}(?::{_LABEL})?):([^:/]+)(/.*)?$", re.DOTALL)


@lru_cache(maxsize=8192)
def owner_of(workflow_id: str) -> tuple[str, str] | None:
    """Tenant and root execution, or None if the id is not one of ours.

    >>> owner_of("rehearsal:acme:exe_1"), owner_of("acme:exe_1/do/0/a:b"), owner_of("Acme")
    (('rehearsal:acme', 'exe_1'), ('acme', 'exe_1'), None)
    """
    found = _ID.match(workflow_id)
    return (found[1], found[2]) if found else None


def is_tenant(name: str) -> bool:
    """Whether a name can be a tenant's of its own (rehearsals are named after one).

    >>> is_tenant("acme"), is_tenant("rehearsal:acme"), is_tenant("*")
    (True, False, False)
    """
    return re.fullmatch(_LABEL, name) is not None
