import dataclasses
import json
import time
from base64 import urlsafe_b64encode

import pytest
from joserfc import jwk, jws

from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import (
    Defect,
    NotFound,
    Refused,
    Unauthenticated,
    Unavailable,
)
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.governance.assembly import Needs, build_city
from symphainy.governance.security_guard.passports import UnknownKey
from symphainy.governance.security_guard.rights import Rights
from symphainy.governance.switches import Switches, SwitchSetting

from .parts import ANN, CONTRACT, MASTER, START, Catalogue, Scene, a_passport, step_call

BOLT = Principal(id="ben", tenant="bolt", roles=("administrator",))
PAY = CONTRACT.model_copy(
    update={
        "name": "bank.pay",
        "owner": "bank",
        "determinism": "effectful",
        "effects": Effects(),
        "undo": "bank.refund",
    }
)
REFUND = CONTRACT.model_copy(
    update={"name": "bank.refund", "owner": "bank", "determinism": "effectful", "effects": Effects()}
)


# --- passports


async def test_a_signed_passport_verifies_and_says_the_same(scene: Scene) -> None:
    signed = scene.city.sign(a_passport())
    assert scene.city.verify(signed.token) == signed
    assert signed.key_id.startswith("pass-")


async def test_another_process_verifies_it(scene: Scene) -> None:
    signed = scene.city.sign(a_passport())
    other = build_city(Needs(MASTER, scene.rows, scene.directory, scene.grants, Catalogue(), clock=scene.clock))
    await other.start()
    assert other.verify(signed.token) == signed


def b64(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.rule("security_guard.passport", shows="bites")
async def test_every_other_form_is_refused(scene: Scene) -> None:
    token = scene.city.sign(a_passport()).token
    head, body, signature = token.split(".")
    header = json.loads(__import__("base64").urlsafe_b64decode(head + "=="))
    other = jwk.OKPKey.generate_key("Ed25519")
    forged = jws.serialize_compact(header, b"{}", other, algorithms=["Ed25519"])
    altered = body[:-2] + ("A" if body[-2] != "A" else "B") + body[-1]
    hostile = [
        "", "x", "a.b.c", token + "x" * 20_000, f"{head}.{altered}.{signature}", forged,
        f"{b64({**header, 'alg': 'none'})}.{body}.", f"{b64({**header, 'alg': 'HS256'})}.{body}.{signature}",
        f"{b64({**header, 'typ': 'at+jwt'})}.{body}.{signature}", f"{b64({**header, 'crit': ['x'], 'x': 1})}.{body}.{signature}",
        f"{b64({**header, 'jwk': other.as_dict(private=False)})}.{body}.{signature}", f"{b64({'alg': 'Ed25519'})}.{body}.{signature}",
    ]  # fmt: skip
    for case in hostile:
        with pytest.raises(Unauthenticated):
            scene.city.verify(case)
    for kid in ("../../dev/null", "' OR 1=1", "https://x", "", "unknown"):
        with pytest.raises(UnknownKey):
            scene.city.verify(f"{b64({**header, 'kid': kid})}.{body}.{signature}")


async def test_another_kind_of_token_signed_with_the_same_key_is_no_passport(scene: Scene) -> None:
    key = next(iter(scene.city._passports._keys.values()))
    body = a_passport().model_dump_json(exclude={"token"}).encode()
    for typ in ("at+jwt", "JWT"):
        header = {"alg": "Ed25519", "kid": scene.city._passports._current, "typ": typ}
        with pytest.raises(Unauthenticated, match="not one of ours"):
            scene.city.verify(jws.serialize_compact(header, body, key, algorithms=["Ed25519"]))


async def test_after_a_rotation_old_passports_hold_and_other_processes_learn_the_new_key(scene: Scene) -> None:
    other = build_city(Needs(MASTER, scene.rows, scene.directory, scene.grants, Catalogue(), clock=scene.clock))
    await other.start()
    old = scene.city.sign(a_passport())
    await scene.city._passports.rotate()
    new = scene.city.sign(a_passport())
    assert new.key_id != old.key_id
    assert scene.city.verify(old.token) == old
    scene.clock.move(seconds=2)
    assert await other.inspect(new.token) == new


async def test_a_flood_of_invented_key_ids_costs_one_query_and_no_key(scene: Scene) -> None:
    good = scene.city.sign(a_passport())
    scene.clock.move(seconds=2)
    reads = scene.rows.reads
    for n in range(1_000):
        with pytest.raises(Unauthenticated):
            await scene.city.inspect(f"{b64({'alg': 'Ed25519', 'kid': f'k{n}', 'typ': 'symphainy-passport'})}.e30.AAAA")
    assert scene.rows.reads - reads == 1
    assert scene.city.verify(good.token) == good


async def test_a_destroyed_key_ends_what_it_signed_cached_or_not(scene: Scene) -> None:
    old = scene.city.sign(a_passport())
    await scene.city._passports.rotate()
    scene.rows.destroy(old.key_id)
    await scene.city.start()
    with pytest.raises(UnknownKey):
        scene.city.verify(old.token)


async def test_cached_verification_takes_microseconds(scene: Scene) -> None:
    token = scene.city.sign(a_passport()).token
    started = time.perf_counter()
    for _ in range(1_000):
        scene.city.verify(token)
    assert (time.perf_counter() - started) / 1_000 < 50e-6


# --- identity at the step


@pytest.mark.parametrize(
    "call",
    [{"tenant": "bolt"}, {"execution_id": "exe_2"}, {"execution_id": "exe_10"}, {"plan_digest": "sha256:else"}],
    ids=["tenant", "execution", "prefix without a slash", "plan"],
)
@pytest.mark.rule("security_guard.identity", shows="bites")
async def test_a_passport_is_good_for_its_own_run_only(scene: Scene, call: dict[str, str]) -> None:
    record = Record()
    with pytest.raises(Unauthenticated):
        await scene.step(record=record, **call)
    assert record.verdict == "deny"
    assert scene.runs == 0


async def test_a_child_runs_on_its_roots_passport(scene: Scene) -> None:
    await scene.step(execution_id="exe_1/do/0/each", plan_digest="sha256:child")
    assert scene.runs == 1


async def test_a_passport_whose_principal_is_of_another_tenant_is_refused(scene: Scene) -> None:
    with pytest.raises(Unauthenticated):
        await scene.step(passport=scene.city.sign(a_passport(principal=BOLT)))


# --- authorization


async def test_a_member_runs_a_capability_and_the_policy_is_named(scene: Scene) -> None:
    record = await scene.step()
    assert [r.policies for r in record.rulings if r.rule == "authorization"] == [("role.member",)]


async def test_what_counts_as_deploying_takes_the_right_to_deploy(scene: Scene) -> None:
    """Whatever brings a member to it: an intent of their own, or a saga that somebody else has written."""
    bind = CONTRACT.model_copy(update={"name": "solution.bind", "owner": "solution", "action": "deploy"})
    with pytest.raises(Refused, match="deploy on Capability solution.bind"):
        await scene.step(bind)
    assert scene.runs == 0
    scene.directory.people["acme", "ann"] = Rights(roles=("author",))
    scene.city.forget("acme")
    assert (await scene.step(bind)).rulings[-1] is not None and scene.runs == 1


@pytest.mark.rule("security_guard.authorization", shows="bites")
async def test_without_a_role_nothing_runs(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = Rights()
    record = Record()
    with pytest.raises(Refused, match="No policy permits run on Capability content.parse") as caught:
        await scene.step(record=record)
    assert caught.value.remedy
    assert scene.runs == 0


@pytest.mark.rule("security_guard.authorization", shows="bites")
async def test_a_right_taken_away_stops_the_next_step_within_five_seconds(scene: Scene) -> None:
    await scene.step()
    scene.directory.people["acme", "ann"] = Rights(version=2)
    scene.clock.move(seconds=4)
    with pytest.raises(Refused):
        await scene.step()


async def test_a_change_that_is_announced_holds_at_once(scene: Scene) -> None:
    await scene.step()
    scene.directory.people["acme", "ann"] = Rights(version=2)
    await scene.step()
    scene.city.forget("acme")
    with pytest.raises(Refused):
        await scene.step()


async def test_a_disabled_or_deleted_user_is_refused(scene: Scene) -> None:
    for gone in (Rights(roles=("member",), disabled=True), None):
        scene.city.forget("acme")
        if gone is None:
            del scene.directory.people["acme", "ann"]
        else:
            scene.directory.people["acme", "ann"] = gone
        with pytest.raises(Refused, match="does not exist any more, or is disabled"):
            await scene.step()


async def test_rights_that_cannot_be_read_allow_nothing(scene: Scene) -> None:
    scene.directory.away = True
    with pytest.raises(Unavailable):
        await scene.step()
    with pytest.raises(Unavailable):
        await scene.door()
    assert scene.runs == 0


async def test_rights_are_read_once_for_many_steps(scene: Scene) -> None:
    for _ in range(10):
        await scene.step()
    assert scene.directory.reads == 1


async def test_a_rehearsal_uses_the_rights_of_the_tenant_that_rehearses(scene: Scene) -> None:
    passport = scene.city.sign(a_passport(tenant="rehearsal:acme"))
    await scene.step(passport=passport, tenant="rehearsal:acme")
    assert scene.runs == 1


async def test_cedar_that_cannot_decide_is_no(scene: Scene) -> None:
    compiled = scene.city.manager.bundles.current
    from symphainy.governance.security_guard.authorization import at_step, judge

    good = at_step(step_call(), CONTRACT, ANN, ("administrator",), "development")
    assert compiled.ask(good).allowed
    for broken in (
        dataclasses.replace(good, action="fly"),
        dataclasses.replace(good, context={}),
        dataclasses.replace(good, owner=7),
    ):
        answer = compiled.ask(broken)
        assert not answer.allowed
        assert answer.errors
        assert judge(broken, answer).verdict == "deny"


@pytest.mark.rule("security_guard.authorization", shows="off")
async def test_observe_notes_and_off_is_silent(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = Rights()
    switches: Switches = scene.city.manager.switches
    switches.set(SwitchSetting(switch="authorization", mode="observe", tenant="acme"))
    record = await scene.step()
    assert record.verdict == "would_deny"
    switches.set(SwitchSetting(switch="authorization", mode="off", tenant="acme"))
    record = await scene.step()
    assert record.verdict == "allow"
    assert "authorization" not in [r.rule for r in record.rulings]


# --- undo


async def undo(scene: Scene, record: Record | None = None, **call: object) -> Record:
    about = {"kind": "undo", "effect_key": "acme/exe_1/do/1/pay/undo", "grant_key": "acme/exe_1/do/1/pay", **call}
    return await scene.step(REFUND, record=record, **about)


async def test_a_permitted_step_leaves_a_grant_for_its_undo(scene: Scene) -> None:
    record = await scene.step(PAY)
    assert record.grant is not None
    assert record.grant.capability == "bank.refund"
    assert record.grant.policies == ("role.member",)
    assert len(record.grant.arguments_digest) == 64


async def test_a_failed_step_owes_nothing(scene: Scene) -> None:
    async def fails() -> object:
        raise Defect("broken")

    record = Record()
    with pytest.raises(Defect):
        await scene.step(PAY, run=fails, record=record)  # type: ignore[arg-type]
    assert record.grant is None


async def test_an_undo_runs_under_its_grant_though_the_rights_are_gone(scene: Scene) -> None:
    scene.grants.owed["acme", "acme/exe_1/do/1/pay"] = UndoGrant(capability="bank.refund@1", arguments_digest="x")
    scene.directory.people.clear()
    scene.clock.move(days=400)  # the deadline is over as well
    record = await undo(scene)
    assert scene.runs == 1
    assert record.verdict == "allow"
    assert ("city.undo-is-owed",) in [r.policies for r in record.rulings]


@pytest.mark.parametrize("grant", [None, UndoGrant(capability="bank.other", arguments_digest="x")])
@pytest.mark.rule("security_guard.undo_grant", shows="bites")
async def test_an_undo_that_is_not_owed_is_refused(scene: Scene, grant: UndoGrant | None) -> None:
    if grant is not None:
        scene.grants.owed["acme", "acme/exe_1/do/1/pay"] = grant
    with pytest.raises(Refused):
        await undo(scene)
    assert scene.runs == 0


async def test_another_tenants_grant_is_none(scene: Scene) -> None:
    scene.grants.owed["bolt", "acme/exe_1/do/1/pay"] = UndoGrant(capability="bank.refund", arguments_digest="x")
    with pytest.raises(Refused):
        await undo(scene)


async def test_only_an_explicit_forbid_stops_an_undo() -> None:
    from symphainy.governance.bundle import load_bundle

    own = {"acme": {"hold.cedar": '@id("acme.hold") forbid (principal, action == Action::"undo", resource);'}}
    scene = await Scene(bundle=load_bundle().model_copy(update={"extra_policies": own})).start()
    scene.grants.owed["acme", "acme/exe_1/do/1/pay"] = UndoGrant(capability="bank.refund", arguments_digest="x")
    with pytest.raises(Refused, match="acme.hold"):
        await undo(scene)


# --- doors


@pytest.mark.rule("security_guard.tenancy", shows="bites")
async def test_another_tenants_resource_is_not_found(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = Rights(roles=("administrator",))
    for resource_type, resource_id in (("Execution", "exe_9"), ("Tenant", "bolt")):
        with pytest.raises(NotFound):
            await scene.door(
                action="read", resource_type=resource_type, resource_id=resource_id, resource={"tenant": "bolt"}
            )


async def test_a_session_of_somebody_else_is_refused(scene: Scene) -> None:
    eve = ANN.model_copy(update={"id": "eve"})
    end = START.replace(year=2027)
    session = SessionContext(session_id="ses_1", tenant="acme", principal=eve, created_at=START, expires_at=end)
    with pytest.raises(Unauthenticated):
        await scene.door(session=session)


@pytest.mark.parametrize(
    ("roles", "action", "resource_type", "owner", "allowed"),
    [
        (("member",), "submit", "Capability", "", True),
        (("member",), "read", "Execution", "ann", True),
        (("member",), "read", "Execution", "ben", False),
        (("member",), "cancel", "Execution", "ann", True),
        (("member",), "cancel", "Execution", "ben", False),
        (("member",), "read", "Definition", "ben", True),
        (("member",), "deploy", "Definition", "", False),
        (("member",), "decide", "HumanTask", "ben", False),
        (("author",), "deploy", "Definition", "", True),
        (("author",), "administer", "Tenant", "", False),
        (("operator",), "cancel", "Execution", "ben", True),
        (("operator",), "deploy", "Definition", "", False),
        (("service",), "submit", "Capability", "", True),
        (("service",), "decide", "HumanTask", "", False),
        (("administrator",), "administer", "Tenant", "", True),
        (("administrator",), "erase", "Document", "ben", True),
        ((), "read", "Capability", "", False),
    ],
)
async def test_the_shipped_roles(
    scene: Scene, roles: tuple[str, ...], action: str, resource_type: str, owner: str, allowed: bool
) -> None:
    scene.directory.people["acme", "ann"] = Rights(roles=roles)
    resource_id = "acme" if resource_type == "Tenant" else "x"
    call = {"action": action, "resource_type": resource_type, "resource_id": resource_id, "resource": {"owner": owner}}
    if allowed:
        await scene.door(**call)
    else:
        with pytest.raises(Refused):
            await scene.door(**call)


async def test_roles_in_the_principal_are_not_believed(scene: Scene) -> None:
    boast = ANN.model_copy(update={"roles": ("administrator",)})
    with pytest.raises(Refused):
        await scene.door(principal=boast, action="administer", resource_type="Tenant", resource_id="acme")


async def test_a_tenants_own_policy_reads_amounts() -> None:
    from symphainy.governance.bundle import load_bundle

    own = {
        "acme": {
            "pay.cedar": '@id("acme.small-sums") forbid (principal, action == Action::"run", resource == Capability::"bank.pay") '
            "unless { context has amount && context.amount <= 100 };"
        }
    }
    scene = await Scene(bundle=load_bundle().model_copy(update={"extra_policies": own})).start()
    await scene.step(PAY, arguments={"amount": 100})
    for arguments in ({"amount": 100.01}, {"amount": 101}, {}, {"amount": True}):
        with pytest.raises(Refused, match="acme.small-sums"):
            await scene.step(PAY, arguments=arguments)
