"""The admitted documents, and their text."""

from urllib.parse import quote

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.models import Document, Documents, Passage


class Shelf(Client):
    """Reading what was uploaded."""

    async def documents(self, *, limit: int = 200) -> tuple[Document, ...]:
        """The documents that may be cited, newest first."""
        return (await self._http.get("/v1/content/documents", Documents, params={"limit": limit})).items

    async def document(self, document_id: str, *, start: int = 0, length: int = 20_000) -> Passage:
        """Characters of a document's text from ``start``; NotFound for one that is not admitted."""
        path = f"/v1/content/documents/{quote(document_id, safe='')}"
        return await self._http.get(path, Passage, params={"start": start, "length": length})
