"""``/api/intent/submit``: the plane's generic door."""

from fastapi import APIRouter, Response

from symphainy.experience_api import submitting
from symphainy.experience_api.security import Parts, Who
from symphainy.experience_api.sessions import own
from symphainy.foundations.experience.models import Accepted, Result, Submission
from symphainy.foundations.language.context import Intent

router = APIRouter(prefix="/api/intent", tags=["intent"])


@router.post("/submit", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def submit(
    body: Submission,
    who: Who,
    parts: Parts,
    response: Response,
    key: submitting.Key = None,
    waiting: submitting.Prefer = None,
) -> Accepted | Result:
    """Submit an intent. The same key and body again give the same ids; the same key with another body is refused (422)."""
    session = await own(parts, who, body.session_id) if body.session_id else who.session
    intent = Intent(
        type=body.intent, payload=body.payload, source=body.source, solution=body.solution, purpose=body.purpose
    )
    return await submitting.submit(parts, who, response, intent, key=key, waiting=waiting, session=session)
