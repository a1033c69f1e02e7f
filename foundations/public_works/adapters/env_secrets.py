"""Secrets from the process environment, as container platforms inject them: ``SECRET__<TENANT>__<NAME>``."""

import os
from collections.abc import Mapping, Sequence

from symphainy.foundations.language.errors import NotFound, Refused
from symphainy.foundations.public_works.abstractions.secrets import check_secret


class EnvSecrets:
    """Read-only ``Secrets``. A hyphen of the tenant is written ``_``, its colon ``___``.

    >>> import asyncio
    >>> asyncio.run(EnvSecrets({"SECRET__ACME_EU__ERP_PASSWORD": "hush"}).get("acme-eu", "erp_password"))
    b'hush'
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    async def get(self, tenant: str, name: str) -> bytes:
        """The variable's value as UTF-8."""
        check_secret(tenant, name)
        value = self._environment.get(_prefix(tenant) + name.upper())
        if value is None:
            raise NotFound(f"tenant {tenant} has no secret {name}", remedy=f"set {_prefix(tenant)}{name.upper()}")
        return value.encode()

    async def put(self, tenant: str, name: str, value: bytes) -> None:
        """Refused: the environment is written elsewhere."""
        raise Refused("secrets come from the environment here", remedy="set them where the process is started")

    async def delete(self, tenant: str, name: str) -> None:
        """Refused likewise."""
        raise Refused("secrets come from the environment here", remedy="unset them where the process is started")

    async def list(self, tenant: str) -> Sequence[str]:
        """The names set for a tenant."""
        check_secret(tenant)
        prefix = _prefix(tenant)
        names = (name.removeprefix(prefix) for name in self._environment if name.startswith(prefix))
        return sorted(name.lower() for name in names)


def _prefix(tenant: str) -> str:
    return f"SECRET__{tenant.replace('-', '_').replace(':', '___').upper()}__"
