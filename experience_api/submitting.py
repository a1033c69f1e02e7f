"""The one way from a request to an intent: submit, then 202 with ids and links, or the result if the caller waits for it."""

from typing import Annotated, Any

from fastapi import Header, Response

from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.experience.edge import prefer
from symphainy.foundations.experience.edge.ports import Caller
from symphainy.foundations.experience.models import Accepted, Links, Result
from symphainy.foundations.language.context import Intent, SessionContext
from symphainy.runtime.models import ExecutionResult, Submitted

Key = Annotated[str | None, Header(alias="Idempotency-Key", description="Submitting twice under one key does it once.")]
Prefer = Annotated[
    str | None, Header(alias="Prefer", description="`wait=N`: answer with the result, if it is there within N seconds.")
]

DONE: dict[int | str, dict[str, Any]] = {200: {"model": Result, "description": "The result, for who waited for it."}}


def accepted(found: Submitted) -> Accepted:
    """The 202 body of a submit."""
    return Accepted(
        intent_id=found.intent_id, execution_id=found.execution_id, session_id=found.session_id, key=found.key,
        replayed=found.replayed, links=Links.of(found.execution_id),
    )  # fmt: skip


def result(found: ExecutionResult) -> Result:
    """An execution's end, as the wire has it."""
    return Result(
        execution_id=found.execution_id,
        status=found.status,
        compensation=found.compensation,
        output=found.output,
        error=found.problem,
        erased=found.erased,
        erased_why=found.erased_why,
    )


async def submit(
    parts: ExperienceParts, who: Caller, response: Response, intent: Intent,
    *, key: str | None, waiting: str | None = None, session: SessionContext | None = None,
) -> Accepted | Result:  # fmt: skip
    """Submit, and answer as the caller prefers."""
    found = await parts.runtime.submit(intent, session or who.session, key=prefer.key(key))
    response.headers["Idempotency-Key"] = found.key
    response.headers["Location"] = Links.of(found.execution_id).execution
    seconds = prefer.wait(waiting)
    if seconds is not None:
        ended = result(await parts.runtime.result(who.session, found.execution_id, wait=seconds))
        if ended.closed:
            response.headers["Preference-Applied"] = f"wait={seconds:.0f}"
            response.status_code = 200
            return ended
    response.status_code = 202
    return accepted(found)
