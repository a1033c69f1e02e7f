"""``/v1/content``: upload, search and decode, as intents like any other."""

import re
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request, Response
from python_multipart.multipart import parse_options_header

from symphainy.experience_api import multipart, submitting, uploads
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.models import Accepted, Decode, Result, Search, Uploaded
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import DomainError, TooLarge

router = APIRouter(prefix="/v1/content", tags=["content"])
_MEDIA = re.compile(r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$")
_STARRED = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
}
BODY = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _BINARY, "multipart/form-data": _FORM}}
}


@router.post("/upload", status_code=202, openapi_extra=BODY)
async def upload(
    request: Request, response: Response, who: Who, parts: Parts,
    name: Annotated[str | None, Query(max_length=255, description="The file's name, for a raw body.")] = None,
    disposition: Annotated[str | None, Header(alias="Content-Disposition")] = None, key: submitting.Key = None,
) -> Uploaded:  # fmt: skip
    """Take in one file, raw or as a form's file part, and submit `content.upload` on it. The same bytes again are one intent."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > parts.limits.upload + 65_536:
        raise TooLarge(f"the file is over the limit of {parts.limits.upload:,} bytes")
    await parts.doors.passed(
        DoorCall(
            action="upload", principal=who.principal, session=who.session, resource_type="Tenant", resource_id=who.tenant,
            resource={"tenant": who.tenant}, size=int(declared[:20]) if declared.isdigit() else 0,
        )
    )  # fmt: skip
    source, kind = aiter(request.stream()), request.headers.get("content-type", "application/octet-stream")
    if kind.lower().startswith("multipart/form-data"):
        form = multipart.OneFile(kind, source)
        await form.start()
        chunks, title, kind = form.chunks(), name or form.name, form.media_type
    else:
        chunks, title = source, name or _named(disposition)
    ref = await uploads.take(parts, who.session, chunks, media_type=_media(kind), name=uploads.clean_name(title))
    found = await submitting.submit(
        parts, who, response, Intent(type="content.upload", payload={"file": ref.model_dump(mode="json")}),
        key=key or f"upload:{ref.sha256}:{who.session.session_id}",
    )  # fmt: skip
    assert isinstance(found, Accepted)  # nobody waits here
    return Uploaded(**dict(found), artifact=ref)


@router.post("/search", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def search(
    body: Search,
    who: Who,
    parts: Parts,
    response: Response,
    key: submitting.Key = None,
    waiting: submitting.Prefer = None,
) -> Accepted | Result:
    """Search the tenant's admitted documents: the intent `content.search`. With `Prefer: wait=N` the hits come at once."""
    intent = Intent(type="content.search", payload=body.model_dump(mode="json"))
    return await submitting.submit(parts, who, response, intent, key=key, waiting=waiting)


@router.post("/decode", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def decode(
    body: Decode,
    who: Who,
    parts: Parts,
    response: Response,
    key: submitting.Key = None,
    waiting: submitting.Prefer = None,
) -> Accepted | Result:
    """Decode an uploaded file of mainframe records by its copybook: the intent `content.decode`. Its parts are Parquet."""
    intent = Intent(type="content.decode", payload=body.model_dump(mode="json"))
    return await submitting.submit(parts, who, response, intent, key=key, waiting=waiting)


def _media(value: str) -> str:
    bare = value.partition(";")[0].strip().lower()
    if not _MEDIA.match(bare):
        raise DomainError("the file's content type is malformed", code="content_type")
    return bare


def _named(disposition: str | None) -> str:
    if starred := _STARRED.search(disposition or ""):
        return unquote(starred[1], errors="replace")
    _, options = parse_options_header(disposition or "")
    return options.get(b"filename", b"").decode("utf-8", "replace")
