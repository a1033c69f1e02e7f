"""``/api/events``: CloudEvents in, for the runs that listen for them."""

from typing import Annotated

from fastapi import APIRouter, Body

from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.models import EventTaken
from symphainy.foundations.language.model import Json

router = APIRouter(prefix="/api/events", tags=["events"])


@router.post("", status_code=202)
async def take(event: Annotated[dict[str, Json], Body()], who: Who, parts: Parts) -> EventTaken:
    """Take a CloudEvent 1.0 in, in JSON form. The same source and id again changes nothing."""
    found = await parts.runtime.deliver(who.session, event)
    return EventTaken(new=found.new, matched=found.matched)
