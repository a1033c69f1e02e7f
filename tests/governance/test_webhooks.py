"""Standard Webhooks out: what is signed, how long is tried, what each answer means."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.machine_driver import Driver, plan

from symphainy.foundations.definitions import yaml12
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.errors import Invalid, NotFound, Refused, Unavailable
from symphainy.foundations.language.post import Letter
from symphainy.foundations.language.step import Step
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundResponse
from symphainy.governance.post_office import patience, signing
from symphainy.governance.post_office.delivery import ToSend, sender

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEW, OLD = signing.new_secret(), signing.new_secret()
EVENT = {"specversion": "1.0", "id": "evt_1", "type": "execution.completed", "data": {"status": "completed"}}


class Box:
    """A postbox with one letter; what was noted can be read back."""

    def __init__(self) -> None:
        self.secrets, self.noted, self.disabled = ("new", "old"), [], []
        self.open = True

    async def letter(self, tenant: str, endpoint: str, event: str) -> Letter | None:
        url = "https://crm.example/hook"
        return Letter(endpoint=endpoint, url=url, secrets=self.secrets, id=event, event=EVENT) if self.open else None

    async def note(self, tenant: str, endpoint: str, event: str, **how: Any) -> None:
        self.noted.append(how)

    async def disable(self, tenant: str, endpoint: str, reason: str) -> None:
        self.open = False
        self.disabled.append((tenant, endpoint))


class Receiver:
    """An endpoint that answers as it is told, and remembers what came."""

    def __init__(self, *answers: int | Exception, headers: dict[str, str] | None = None) -> None:
        self.answers, self.headers, self.taken = list(answers), headers or {}, []

    async def request(
        self, method: str, url: str, *, headers: dict[str, str], body: bytes, **_: Any
    ) -> OutboundResponse:
        self.taken.append((headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return OutboundResponse(answer, self.headers, b"")


class Kept:
    """Secrets by name."""

    def __init__(self, **known: str) -> None:
        self.known = known

    async def get(self, tenant: str, name: str) -> bytes:
        if name not in self.known:
            raise NotFound(name)
        return self.known[name].encode()


class Clock:
    def now(self) -> datetime:
        return NOW


async def sent(receiver: Receiver, box: Box | None = None, kept: Kept | None = None, attempt: int = 1) -> Any:
    box, kept = box or Box(), kept or Kept(new=NEW, old=OLD)
    run = sender(lambda: box, lambda: receiver, lambda: kept, Clock())  # type: ignore[arg-type,return-value]
    context = ExecutionContext(
        tenant="acme", execution_id="exe_1", root_execution_id="exe_1", session_id=None, principal=Principal(id="p", tenant="acme"),
        purpose="operate", solution=None, intent="webhook.deliver", path="/do/0/send", effect_key="acme/exe_1/do/0/send", now=NOW,
    )  # fmt: skip
    given = ToSend(endpoint="whe_1", event="evt_1", attempt=attempt)
    return await run(Step(input=given, context=context, tools=None))  # type: ignore[arg-type]


@pytest.mark.rule("post_office.signed_out", shows="bites")
async def test_a_message_is_signed_by_both_secrets_of_a_rotation() -> None:
    receiver, box = Receiver(204), Box()
    outcome = await sent(receiver, box)
    assert (outcome.output.state, outcome.events[0].type) == ("delivered", "webhook.delivered")
    [(headers, body)] = receiver.taken
    assert json.loads(body) == EVENT and headers["webhook-id"] == "evt_1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    wanted = [signing.signature(each, "evt_1", headers["webhook-timestamp"], body) for each in (NEW, OLD)]
    assert headers["webhook-signature"].split(" ") == wanted
    assert box.noted == [{"state": "delivered", "attempts": 1, "answer": 204, "reason": ""}]


@pytest.mark.rule("post_office.signed_out", shows="off")
async def test_an_unsigned_message_is_never_sent() -> None:
    receiver = Receiver(204)
    outcome = await sent(receiver, kept=Kept())
    assert (outcome.output.state, receiver.taken) == ("again", []) and "not there" in outcome.output.reason


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "c2VjcmV0", "whsec_***", signing.PREFIX + "YQ==" * 40])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(Invalid):
        signing.key_of(secret)


async def test_gone_disables_the_endpoint_and_ends() -> None:
    box = Box()
    outcome = await sent(Receiver(410), box)
    assert (outcome.output.state, outcome.output.wait, box.disabled) == ("gone", None, [("acme", "whe_1")])
    assert box.noted[0]["state"] == "dead"
    receiver = Receiver(200)
    assert (await sent(receiver, box)).output.state == "withdrawn" and receiver.taken == []


@pytest.mark.parametrize("answer", [500, 302, 404, Unavailable("crm.example does not answer: ReadTimeout")])
async def test_everything_else_is_tried_again_under_the_same_id(answer: int | Exception) -> None:
    receiver = Receiver(answer)
    for attempt in (1, 2):
        outcome = await sent(receiver, attempt=attempt)
        assert (outcome.output.state, outcome.output.attempt) == ("again", attempt + 1)
    assert {headers["webhook-id"] for headers, _ in receiver.taken} == {"evt_1"}


async def test_a_refused_address_is_given_up_at_once() -> None:
    outcome = await sent(Receiver(Refused("a call to '10.0.0.1' is refused: its address is not public")))
    assert (outcome.output.state, outcome.output.wait, outcome.events[0].type) == ("dead", None, "webhook.dead")


async def test_a_receivers_retry_after_is_respected_but_not_for_ever() -> None:
    waited = (await sent(Receiver(429, headers={"retry-after": "600"}))).output.wait
    assert 600 <= float(waited[2:-1]) <= 720
    waited = (await sent(Receiver(503, headers={"retry-after": "99999999"}))).output.wait
    assert float(waited[2:-1]) <= 1.2 * 86_400


def test_patience_grows_over_days_with_jitter_that_a_replay_draws_again() -> None:
    delays = [patience.again_after(n, "whe_1/evt_1") for n in range(1, patience.ATTEMPTS)]
    assert delays == [patience.again_after(n, "whe_1/evt_1") for n in range(1, patience.ATTEMPTS)]
    assert delays != [patience.again_after(n, "whe_1/evt_2") for n in range(1, patience.ATTEMPTS)]
    assert timedelta(days=3) < sum((d for d in delays if d), timedelta()) < timedelta(days=4)
    assert all(s <= d <= 1.2 * s for s, d in zip(patience.SCHEDULE, delays, strict=True) if d)


def deliver(answers: list[dict[str, Any]], root: Path) -> Driver:
    """The packaged saga on the machine, over scripted attempts."""
    document = yaml12.load((root / "governance" / "sagas" / "deliver.yaml").read_text(), file="deliver.yaml").value
    assert isinstance(document, dict)
    functions = {"webhook.send": lambda given: {**given, **answers[min(given["attempt"], len(answers)) - 1]}}
    driver = Driver(plan(document["do"], functions), functions, {"endpoint": "whe_1", "event": "evt_1"})
    driver.run()
    return driver


def test_the_saga_tries_until_the_receiver_takes_it(root: Path) -> None:
    again = [{"attempt": n + 1, "state": "again", "wait": "PT36000S"} for n in range(1, 8)]
    driver = deliver([*again, {"state": "delivered", "wait": None}], root)
    assert [arguments["attempt"] for _, arguments in driver.log] == list(range(1, 9))
    assert len({key for key, _ in driver.log}) == 8, "each attempt is a visit of its own"
    ending = driver.machine.state.ending
    assert ending is not None and ending.status == "completed" and ending.output["state"] == "delivered"
    assert driver.machine.now - NOW.replace(month=1, day=1, hour=0) >= timedelta(hours=70)


def test_the_saga_ends_with_a_dead_letter(root: Path) -> None:
    driver = deliver([{"attempt": 2, "state": "again", "wait": "PT5S"}, {"state": "dead", "wait": None}], root)
    assert len(driver.log) == 2 and driver.machine.state.ending.output["state"] == "dead"  # type: ignore[union-attr]
