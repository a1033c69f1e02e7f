"""Hooks in: each sender's own way of signing, the replay window, and a message that counts once."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import Invalid, NotFound, Unauthenticated
from symphainy.governance.hook_door import HookDoor
from symphainy.governance.post_office.verifying import SCHEMES, TOLERANCE, verified
from symphainy.runtime.models import Submitted
from symphainy.runtime.solutions import Binding, Deployment

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = b'{"id": "evt_1", "type": "invoice.paid"}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def hexed(signed: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()


def signed(scheme: str, body: bytes = BODY, stamp: str = STAMP, secret: str = SECRET) -> dict[str, str]:
    """The headers of a sender of this kind."""
    from symphainy.governance.post_office.signing import signature

    if scheme == "standard-webhooks":
        return {
            "webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA " + signature(secret, "msg_1", stamp, body),
        }  # fmt: skip
    if scheme == "stripe":
        return {"stripe-signature": f"t={stamp},v0=x,v1={'0' * 64},v1={hexed(f'{stamp}.'.encode() + body, secret)}"}
    if scheme == "slack":
        given = hexed(f"v0:{stamp}:".encode() + body, secret)
        return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={given}"}
    if scheme == "github":
        return {"x-hub-signature-256": f"sha256={hexed(body, secret)}", "x-github-delivery": "72d3162e"}
    return {"x-signature": hexed(body, secret).upper()}


SLACK = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"
    b"&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F39770088"
    b"5554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
VECTORS = [  # as the senders' own documentation gives them
    ("github", "It's a Secret to Everybody", b"Hello, World!", 0, {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    }),
    ("slack", "8f742231b10e8888abcd99yyyzzz85a5", SLACK, 1531420618, {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }),
    ("standard-webhooks", SECRET, b'{"test": 2432232314}', 1614265330, {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "secret", "body", "at", "headers"), VECTORS)
def test_the_senders_own_examples_are_believed(
    scheme: str, secret: str, body: bytes, at: int, headers: dict[str, str]
) -> None:
    assert verified(scheme, [secret], headers, body, datetime.fromtimestamp(at, UTC))


@pytest.mark.rule("post_office.verified_in", shows="bites")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_altered_unsigned_or_signed_by_another_is_not_believed(scheme: str) -> None:
    good = signed(scheme)
    name = verified(scheme, ["old", SECRET], good, BODY, NOW)
    assert name is not None and name == verified(scheme, [SECRET], good, BODY, NOW)
    assert verified(scheme, [SECRET], good, BODY.replace(b"paid", b"void"), NOW) is None
    assert verified(scheme, [SECRET], signed(scheme, secret="whsec_" + "A" * 32), BODY, NOW) is None
    assert verified(scheme, [SECRET], {}, BODY, NOW) is None and verified(scheme, [], good, BODY, NOW) is None
    assert verified(scheme, [""], signed(scheme, secret=SECRET), BODY, NOW) is None
    for header, value in good.items():
        if header != "x-github-delivery":
            assert (
                verified(scheme, [SECRET], {**good, header: value[:-1] + ("0" if value[-1] != "0" else "1")}, BODY, NOW)
                is None
            )


@pytest.mark.parametrize("scheme", ["standard-webhooks", "stripe", "slack"])
def test_a_message_of_another_time_is_not_believed(scheme: str) -> None:
    edge = TOLERANCE.total_seconds()
    for off, believed in ((-edge - 1, False), (-edge, True), (edge, True), (edge + 1, False)):
        stamp = str(int((NOW + timedelta(seconds=off)).timestamp()))
        assert bool(verified(scheme, [SECRET], signed(scheme, stamp=stamp), BODY, NOW)) is believed, off
    assert verified(scheme, [SECRET], signed(scheme, stamp=STAMP + " "), BODY, NOW) is None


class Register:
    """One deployed solution with a hook of each kind."""

    async def deployment(self, tenant: str, name: str) -> Deployment:
        if (tenant, name) != ("acme", "billing"):
            raise NotFound("not deployed")
        hooks = [
            Binding(kind="webhook", name=kind, intent="invoice.paid", about={"verify": kind, "secret": "hub"})
            for kind in SCHEMES
        ]
        return Deployment(name=name, version="1.0.0", digest="sha256:0", revision=1, bindings=tuple(hooks))


class Kept:
    def __init__(self, **known: str) -> None:
        self.known = known

    async def get(self, tenant: str, name: str) -> bytes:
        if tenant != "acme" or name not in self.known:
            raise NotFound(name)
        return self.known[name].encode()


class Runtime:
    """Submits with a memory of keys."""

    def __init__(self) -> None:
        self.taken: dict[str, Any] = {}

    async def submit(self, intent: Any, *, principal: Principal, key: str) -> Submitted:
        before = self.taken.setdefault(key, intent)
        if before.payload != intent.payload:
            raise Invalid("used for another request", code="idempotency_key_reused")
        return Submitted("int_1", "exe_1", "ses_1", key, replayed=before is not intent)


class Clock:
    def now(self) -> datetime:
        return NOW


async def service(tenant: str, name: str) -> Principal:
    return Principal(type="Service", id=name, tenant=tenant, roles=("service",))


def door(runtime: Runtime, **known: str) -> HookDoor:
    return HookDoor(Register(), Kept(**known or {"hub": SECRET}), service, runtime.submit, Clock())  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_message_becomes_the_bound_intent_once(scheme: str) -> None:
    runtime = Runtime()
    taken = [await door(runtime).take("acme", "billing", scheme, signed(scheme), BODY) for _ in range(2)]
    assert [each.replayed for each in taken if isinstance(each, Submitted)] == [False, True]
    [(key, intent)] = runtime.taken.items()
    assert (intent.type, intent.solution, intent.source) == ("invoice.paid", "billing", "webhook")
    assert intent.payload == json.loads(BODY) and key.startswith(f"hook:billing:{scheme}:") and len(key) <= 200


async def test_the_same_id_with_another_body_starts_nothing() -> None:
    runtime, other = Runtime(), BODY.replace(b"paid", b"void")
    assert await door(runtime).take("acme", "billing", "standard-webhooks", signed("standard-webhooks"), BODY)
    again = await door(runtime).take("acme", "billing", "standard-webhooks", signed("standard-webhooks", other), other)
    assert again is None and len(runtime.taken) == 1


@pytest.mark.rule("post_office.verified_in", shows="off")
@pytest.mark.parametrize(
    ("tenant", "solution", "name", "known"),
    [
        ("acme", "billing", "github", {"hub": "another"}), ("acme", "billing", "github", {"other": SECRET}),
        ("acme", "billing", "nope", {"hub": SECRET}), ("acme", "nope", "github", {"hub": SECRET}),
        ("umbrella", "billing", "github", {"hub": SECRET}), ("../acme", "billing", "github", {"hub": SECRET}),
    ],
)  # fmt: skip
async def test_no_hook_and_no_secret_are_refused_alike(
    tenant: str, solution: str, name: str, known: dict[str, str]
) -> None:
    runtime = Runtime()
    with pytest.raises(Unauthenticated) as refused:
        await door(runtime, **known).take(tenant, solution, name, signed("github"), BODY)
    assert refused.value.code == "hook_refused" and runtime.taken == {}


async def test_a_senders_secret_is_rotated_by_keeping_both() -> None:
    runtime = Runtime()
    for secret in (SECRET, "whsec_" + "B" * 32):
        body = b'{"by": "%s"}' % secret.encode()
        both = {"hub": f"{'whsec_' + 'B' * 32} {SECRET}"}
        assert await door(runtime, **both).take(
            "acme", "billing", "stripe", signed("stripe", body, secret=secret), body
        )
    assert len(runtime.taken) == 2


async def test_slack_asks_whether_anybody_is_there_and_sends_forms() -> None:
    runtime = Runtime()
    asked = b'{"type": "url_verification", "challenge": "3eZbrw1a"}'
    assert await door(runtime).take("acme", "billing", "slack", signed("slack", asked), asked) == "3eZbrw1a"
    form = {**signed("slack", b"command=%2Fgo&text="), "content-type": "application/x-www-form-urlencoded"}
    await door(runtime).take("acme", "billing", "slack", form, b"command=%2Fgo&text=")
    assert [each.payload for each in runtime.taken.values()] == [{"command": "/go", "text": ""}]
