"""The Librarian's desk: which documents are admitted as sources, until when, for what, and whose they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import Users

__all__ = ["LibraryDesk"]


class LibraryDesk:
    """Changes hold at the next search and the next citation: nothing of the catalogue is remembered anywhere."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._documents, self._users, self._clock = Documents(store), Users(store), clock

    async def all(self, tenant: str, *, limit: int = 200) -> list[DocumentRow]:
        """Every document of the tenant, withdrawn and expired ones too, newest first."""
        return await self._documents.all(tenant, limit=limit)

    async def change(
        self, tenant: str, document_id: str, by: str, *, admitted: bool | None = None, expires_at: datetime | None = None,
        never_expires: bool = False, owner: str | None = None, purposes: Sequence[str] | None = None,
    ) -> DocumentRow:  # fmt: skip
        """Admit or withdraw it, let it expire, give it to somebody, or say what it may be cited for; what is left out stays.

        NotFound, also for another tenant's; Invalid for an expiry that has passed.
        """
        if await self._documents.get(tenant, document_id) is None:
            raise NotFound("there is no such document", code="no_document", remedy="list the library")
        values: dict[str, Any] = {}
        if admitted is not None:
            values |= {"admitted": admitted, "admitted_by": by, "admitted_at": self._clock.now()}
        if expires_at is not None and expires_at <= self._clock.now():
            raise Invalid("the expiry has passed", code="expired", remedy="withdraw the document instead")
        if expires_at is not None or never_expires:
            values["expires_at"] = expires_at
        if owner is not None:
            if await self._users.get(tenant, owner) is None:
                raise NotFound("there is no such account", code="no_user", remedy="list the users")
            values["owner"] = owner
        if purposes is not None:
            values["purposes"] = sorted(set(purposes))
        if values:
            await self._documents.change(tenant, document_id, values)
        row = await self._documents.get(tenant, document_id)
        if row is None:  # erased at this very moment
            raise NotFound("there is no such document", code="no_document", remedy="list the library")
        return row
