"""``/v1/content/documents``: the admitted documents of the tenant, and their text to read a citation in."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query

from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.models import Document, Documents, Passage

router = APIRouter(prefix="/v1/content/documents", tags=["content"])


@router.get("")
async def documents(who: Who, parts: Parts, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> Documents:
    """The documents that may be cited, newest first."""
    found = await parts.documents.documents(who.session, limit=limit)
    return Documents(items=tuple(Document(**asdict(line)) for line in found))


@router.get("/{document_id}")
async def document(
    document_id: Annotated[str, Path(max_length=128)], who: Who, parts: Parts,
    start: Annotated[int, Query(ge=0, description="The first character.")] = 0,
    length: Annotated[int, Query(ge=0, le=200_000, description="Characters at most.")] = 20_000,
) -> Passage:  # fmt: skip
    """A piece of a document's text, with its pages and tables. Spans of citations count these characters, from 0."""
    return Passage.model_validate(
        asdict(await parts.documents.passage(who.session, document_id, start, length)), from_attributes=True
    )
