"""Who the command line is: a local user of the instance, kept in its data folder and readable by its owner alone."""

import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from symphainy.cli.instance import Instance
from symphainy.cli.layout import Layout
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import Conflict


@dataclass(frozen=True)
class Credentials:
    """A user of a tenant."""

    tenant: str
    email: str
    password: str

    @classmethod
    def fresh(cls, tenant: str = "local", email: str = "owner@local.invalid") -> "Credentials":
        """A user that nobody else can be: the password is random."""
        return cls(tenant, email, secrets.token_urlsafe(24))

    @classmethod
    def load(cls, layout: Layout) -> "Credentials | None":
        """Those of this instance; None before the first login."""
        try:
            return cls(**json.loads(layout.credentials.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, layout: Layout) -> None:
        """Keep them, for the owner of the data folder alone."""
        beside = layout.credentials.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file)
        os.replace(beside, layout.credentials)


def client(instance: Instance) -> SymphainyClient:
    """A client of both planes of an instance, as nobody yet."""
    layout = instance.layout
    return SymphainyClient(layout.url("experience_api"), layout.url("solution_api"))


@asynccontextmanager
async def signed_in(instance: Instance, wanted: Credentials | None = None) -> AsyncIterator[SymphainyClient]:
    """A client, logged in as the kept user; at the first time that user is registered.

    Kept before they are registered: a crash between the two leaves a password that still works, not a user without one.
    """
    layout = instance.layout
    known = Credentials.load(layout)
    async with client(instance) as platform:
        if known is None:
            known = wanted or Credentials.fresh()
            known.save(layout)
            try:
                await platform.register(known.tenant, known.email, known.password)
            except Conflict as error:
                layout.credentials.unlink(missing_ok=True)
                raise Conflict(
                    f"{known.email} of tenant {known.tenant} exists, and its password is not in {layout.credentials}.",
                    remedy="Log in as somebody: `symphainy login USER --tenant TENANT`.",
                ) from error
        await platform.login(known.tenant, known.email, known.password)
        yield platform
