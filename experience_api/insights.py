"""``/v1/insights``: what is measured and matched, each an intent like any other. With `Prefer: wait=N` the result comes at once."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from symphainy.experience_api import submitting
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.insights_models import Checking, Interpreting, Mashing, Matching, Profiling
from symphainy.foundations.experience.models import Accepted, Result
from symphainy.foundations.language.context import Intent

router = APIRouter(prefix="/v1/insights", tags=["insights"])
mashes = APIRouter(prefix="/v1/content/data-mash", tags=["insights"])


def asked(kind: str, body: BaseModel) -> Intent:
    """The intent that a body asks for."""
    return Intent(type=kind, payload=body.model_dump(mode="json"))


@router.post("/profile", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def profile(
    body: Profiling, who: Who, parts: Parts, response: Response, key: submitting.Key = None, waiting: submitting.Prefer = None
) -> Accepted | Result:  # fmt: skip
    """Measure a table by column: the intent `insights.profile`."""
    return await submitting.submit(parts, who, response, asked("insights.profile", body), key=key, waiting=waiting)


@router.post("/match", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def match(
    body: Matching, who: Who, parts: Parts, response: Response, key: submitting.Key = None, waiting: submitting.Prefer = None
) -> Accepted | Result:  # fmt: skip
    """Match the fields of two tables or models, with score and evidence per pair: the intent `insights.match`."""
    return await submitting.submit(parts, who, response, asked("insights.match", body), key=key, waiting=waiting)


@router.post("/quality", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def quality(
    body: Checking, who: Who, parts: Parts, response: Response, key: submitting.Key = None, waiting: submitting.Prefer = None
) -> Accepted | Result:  # fmt: skip
    """Infer a table's rules and find the cells that break them: the intent `insights.quality`."""
    return await submitting.submit(parts, who, response, asked("insights.quality", body), key=key, waiting=waiting)


@router.post("/interpret", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def interpret(
    body: Interpreting, who: Who, parts: Parts, response: Response, key: submitting.Key = None, waiting: submitting.Prefer = None
) -> Accepted | Result:  # fmt: skip
    """Say what the columns of several tables mean, which are keys, and what refers to what: the intent `insights.interpret`."""
    return await submitting.submit(parts, who, response, asked("insights.interpret", body), key=key, waiting=waiting)


@mashes.post("/create", status_code=202, responses=submitting.DONE, response_model=Accepted | Result)
async def mash(
    body: Mashing, who: Who, parts: Parts, response: Response, key: submitting.Key = None, waiting: submitting.Prefer = None
) -> Accepted | Result:  # fmt: skip
    """Map and join several sources to one data set: the intent `data_mash.create`."""
    return await submitting.submit(parts, who, response, asked("data_mash.create", body), key=key, waiting=waiting)
