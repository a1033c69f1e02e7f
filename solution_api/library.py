"""``/api/library``: the Librarian's catalogue of sources, an administrator's to admit, withdraw, give away and let expire."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from symphainy.foundations.experience.library import Source, SourceChange, Sources
from symphainy.solution_api.security import Parts, Who, pass_door

router = APIRouter(prefix="/api/library", tags=["governance"])


@router.get("")
async def library(who: Who, parts: Parts, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> Sources:
    """Every document of the tenant, withdrawn and expired ones too, newest first."""
    await pass_door(parts, who, "administer", "Document", "*", purpose="library list")
    rows = await parts.library.all(who.tenant, limit=limit)
    return Sources(items=tuple(Source.model_validate(row, from_attributes=True) for row in rows))


@router.patch("/{document_id}")
async def change(
    document_id: Annotated[str, Path(max_length=128)], body: SourceChange, who: Who, parts: Parts
) -> Source:
    """Admit or withdraw a source, let it expire, say what it may be cited for or whose it is. It holds from the next search on."""
    told = ", ".join(sorted(body.model_dump(exclude_none=True, exclude_defaults=True)))
    await pass_door(parts, who, "administer", "Document", document_id, purpose=f"library change {told}")
    row = await parts.library.change(who.tenant, document_id, who.principal.id, **body.model_dump())
    return Source.model_validate(row, from_attributes=True)
