"""The client of the Librarian's desk: which documents agents may cite, until when, for what. An administrator's."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from pydantic import Field, StringConstraints

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.models import Answer, Asked

Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


class SourceChange(Asked):
    """What is to be otherwise; what is left out stays. ``purposes``: what it may be cited for; an empty list: for everything."""

    admitted: bool | None = None
    expires_at: datetime | None = None
    never_expires: bool = False
    owner: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    purposes: Annotated[list[Purpose], Field(max_length=50)] | None = None


class Source(Answer):
    """A document of the tenant, admitted or not."""

    document_id: str
    title: str
    sha256: str
    owner: str
    admitted: bool
    admitted_by: str | None = None
    admitted_at: datetime | None = None
    expires_at: datetime | None = None
    purposes: tuple[str, ...] = ()
    created_at: datetime


class Sources(Answer):
    """The library, newest first."""

    items: tuple[Source, ...]


class Library(Client):
    """Looking at the catalogue, and changing what is in it."""

    async def library(self, *, limit: int = 200) -> tuple[Source, ...]:
        """Every document of the tenant, withdrawn and expired ones too."""
        return (await self._http.get("/api/library", Sources, params={"limit": limit})).items

    async def change_source(
        self, document_id: str, *, admitted: bool | None = None, expires_at: datetime | None = None, never_expires: bool = False,
        owner: str | None = None, purposes: tuple[str, ...] | None = None,
    ) -> Source:  # fmt: skip
        """Admit it, withdraw it, let it expire, give it to somebody, say what for; NotFound."""
        body = SourceChange(
            admitted=admitted, expires_at=expires_at, never_expires=never_expires, owner=owner,
            purposes=None if purposes is None else list(purposes),
        )  # fmt: skip
        about = body.model_dump(mode="json", exclude_none=True)
        found = await self._http.request(
            "PATCH", f"/api/library/{quote(document_id, safe='')}", json=about, repeat=True
        )
        return Source.model_validate_json(found.content)
