"""``webhook.send``: one attempt at one letter, through the guarded way out. The saga ``webhook.deliver`` repeats it over days.

The receiver tells a second delivery from a first by the message's id, which is the event's own and never changes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from symphainy.foundations.curator import capability
from symphainy.foundations.language.clock import Clock, SystemClock
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Invalid, NotFound, Refused, TooLarge, Unavailable
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.post import Letter, LetterState, Postbox
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.step import Outcome, Step
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.governance.post_office import patience, signing

__all__ = ["Attempt", "Sent", "ToSend", "judged", "sender"]

_GONE = 410
_ANSWER = 64 << 10
"""Bytes of an answer that are read: only its status counts."""
_NOTED: dict[str, LetterState] = {"delivered": "delivered", "again": "started"}
_KINDS: dict[str, str] = {"delivered": "webhook.delivered", "gone": "webhook.disabled", "dead": "webhook.dead"}


class ToSend(Message):
    """Which event goes to which endpoint, and which attempt this is."""

    endpoint: str
    event: str
    attempt: int = 1


class Sent(Message):
    """How it went. ``wait``: how long until the next attempt, in ISO 8601; null: there is none. ``attempt``: the next one's number."""

    endpoint: str
    event: str
    attempt: int
    state: Literal["delivered", "again", "dead", "gone", "withdrawn"]
    answer: int = 0
    reason: str = ""
    wait: str | None = None


@dataclass(frozen=True)
class Attempt:
    """What came of one attempt. ``final``: nothing will be otherwise tomorrow."""

    status: int = 0
    reason: str = ""
    final: bool = False
    retry_after: str = ""


def sender(
    box: Callable[[], Postbox],
    http: Callable[[], OutboundHttp],
    secrets: Callable[[], Secrets],
    clock: Clock | None = None,
) -> Callable[[Step[ToSend]], Any]:
    """The capability over its ports."""
    clock = clock or SystemClock()

    @capability(
        "webhook.send", input=ToSend, output=Sent, determinism="effectful", effects=Effects(dedupe="key", irreversible=True),
        start_to_close=timedelta(minutes=1), title="Send a webhook", realm="smart_city",
    )  # fmt: skip
    async def send(step: Step[ToSend]) -> Outcome[Sent]:
        """Sign and post; what the receiver says decides: 2xx delivered, 410 disables the endpoint, all else is tried again."""
        given, tenant = step.input, step.context.tenant
        letter = await box().letter(tenant, given.endpoint, given.event)
        if letter is None:
            sent = Sent(**given.model_dump(), state="withdrawn", reason="the endpoint takes nothing any more")
        else:
            sent = judged(given, await _attempt(letter, http(), secrets(), tenant, clock.now()), clock.now())
        if sent.state == "gone":
            await box().disable(tenant, given.endpoint, "it answered 410 Gone")
        await box().note(
            tenant, given.endpoint, given.event, state=_NOTED.get(sent.state, "dead"), attempts=given.attempt,
            answer=sent.answer, reason=sent.reason,
        )  # fmt: skip
        about = {"event": given.event, "attempts": given.attempt, "answer": sent.answer}
        told = _KINDS.get(sent.state)
        return Outcome(sent, events=(EventDraft(type=told, subject=given.endpoint, data=about),) if told else ())

    return send


async def _attempt(letter: Letter, http: OutboundHttp, kept: Secrets, tenant: str, now: datetime) -> Attempt:
    secrets = []
    for name in letter.secrets:
        try:
            secrets.append((await kept.get(tenant, name)).decode())
        except NotFound:
            continue
    if not secrets:  # an unsigned message is never sent
        return Attempt(reason=f"the secret {', '.join(letter.secrets) or '(none is named)'} is not there")
    body = json.dumps(letter.event, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        headers = signing.headers(letter.id, now, body, secrets)
        # The id makes a repetition harmless, so a lost reply is a failed attempt and no unknown outcome.
        answer = await http.request("POST", letter.url, headers=headers, body=body, safe=True, max_size=_ANSWER)
    except (Unavailable, TooLarge) as error:
        return Attempt(reason=error.detail)
    except (Refused, Invalid) as error:
        return Attempt(reason=error.detail, final=True)
    return Attempt(answer.status, f"it answered {answer.status}", retry_after=answer.headers.get("retry-after", ""))


def judged(given: ToSend, attempt: Attempt, now: datetime) -> Sent:
    """What follows from an attempt.

    >>> judged(ToSend(endpoint="whe_1", event="evt_1"), Attempt(410), datetime(2026, 1, 1)).state
    'gone'
    """
    about = given.model_dump()
    if 200 <= attempt.status < 300:
        return Sent(**about, state="delivered", answer=attempt.status)
    if attempt.status == _GONE:
        return Sent(**about, state="gone", answer=_GONE, reason="410 Gone")
    asked = patience.asked_for(attempt.retry_after, now) if attempt.retry_after else None
    delay = patience.again_after(given.attempt, f"{given.endpoint}/{given.event}", asked)
    if attempt.final or delay is None:
        return Sent(**about, state="dead", answer=attempt.status, reason=attempt.reason)
    about["attempt"] += 1
    wait = f"PT{delay.total_seconds():.3f}S"
    return Sent(**about, state="again", answer=attempt.status, reason=attempt.reason, wait=wait)
