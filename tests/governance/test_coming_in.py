"""API keys, invitations, passwords and log-in through a provider, on a real PostgreSQL."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Refused, Unauthenticated
from symphainy.foundations.language.records import Record
from symphainy.foundations.public_works.abstractions.auth import ExternalIdentity, LoginStart

from ..store.database import clock, running, sql, store, tenant
from .test_sdk import PASSWORD, Gatehouse, gatehouse

__all__ = ["clock", "gatehouse", "running", "sql", "store", "tenant"]


async def founded(house: Gatehouse) -> str:
    """A tenant with an administrator; their id."""
    return (await house.sdk.register(house.tenant, "ann@example.org", PASSWORD)).id


@pytest.mark.rule("security_guard.api_keys", shows="bites")
async def test_a_key_acts_as_its_account_with_no_role_that_it_was_not_given(gatehouse: Gatehouse) -> None:
    ann, sdk = await founded(gatehouse), gatehouse.sdk
    made = await sdk.keys.issue(gatehouse.tenant, ann, "reports", ("member",))
    found = await sdk.authenticate(made.key)
    assert (found.principal.id, found.principal.roles) == (ann, ("member",))
    assert (await sdk.authenticate(made.key)).session.session_id == found.session.session_id
    call = DoorCall(
        action="administer", principal=found.principal, session=found.session, resource_type="Tenant", resource_id=gatehouse.tenant
    )  # fmt: skip
    with pytest.raises(Refused):
        await gatehouse.city.door(call, Record())
    whole = await sdk.authenticate((await sdk.keys.issue(gatehouse.tenant, ann, "all", ())).key)
    await gatehouse.city.door(
        call.model_copy(update={"principal": whole.principal, "session": whole.session}), Record()
    )


@pytest.mark.rule("security_guard.api_keys", shows="off")
async def test_revoked_expired_altered_and_orphaned_keys_are_nobodys(gatehouse: Gatehouse) -> None:
    ann, sdk, tenant = await founded(gatehouse), gatehouse.sdk, gatehouse.tenant
    robot = await sdk.people.service(tenant, "robot")
    made, brief, of_robot = [
        await sdk.keys.issue(tenant, who, "k", (), timedelta(days=days))
        for who, days in ((ann, 9), (ann, 1), (robot.id, 9))
    ]
    for wrong in (
        made.key[:-1] + "_",
        made.key.replace(tenant, "other"),
        "sk_",
        f"sk_{tenant}..",
        "sk_*.a.b",
        made.key + "x",
    ):
        with pytest.raises(Unauthenticated):
            await sdk.authenticate(wrong)
    gatehouse.clock.at += timedelta(days=2)
    with pytest.raises(Unauthenticated):
        await sdk.authenticate(brief.key)
    await sdk.authenticate(made.key)
    await sdk.keys.revoke(tenant, made.key_id)
    with pytest.raises(Unauthenticated):
        await sdk.authenticate(made.key)
    assert (await sdk.authenticate(of_robot.key)).principal.type == "Service"
    await sdk.people.set_state(tenant, robot.id, "disabled")
    with pytest.raises(Unauthenticated):
        await sdk.authenticate(of_robot.key)
    rows = await sdk.keys.all(tenant)
    assert not [row for row in rows if made.key.rsplit(".", 1)[1] in row.model_dump_json()], "only the digest is kept"
    with pytest.raises(NotFound):
        await sdk.keys.revoke(tenant, "00")
    with pytest.raises(Invalid, match="has not the role"):
        await sdk.keys.issue(tenant, ann, "k", ("service",))
    with pytest.raises(Invalid, match="year"):
        await sdk.keys.issue(tenant, ann, "k", (), timedelta(days=366))


async def test_an_invitation_works_once_and_within_a_week(gatehouse: Gatehouse) -> None:
    await founded(gatehouse)
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    ben, invitation = await sdk.people.invite(tenant, "Ben@example.org", ("author",), "Ben")
    _, late = await sdk.people.invite(tenant, "cat@example.org", ("member",))
    with pytest.raises(Conflict):
        await sdk.people.invite(tenant, "ben@example.org", ("member",))
    with pytest.raises(Unauthenticated):
        await sdk.login(tenant, "ben@example.org", "")
    for wrong in (invitation + "x", "x", f"{tenant}.{ben.id}."):
        with pytest.raises(Unauthenticated):
            await sdk.people.accept(wrong, PASSWORD)
    with pytest.raises(Invalid):
        await sdk.people.accept(invitation, "short")
    assert (await sdk.people.accept(invitation, PASSWORD)).id == ben.id
    with pytest.raises(Unauthenticated):
        await sdk.people.accept(invitation, "another password")
    assert (await sdk.login(tenant, "ben@example.org", PASSWORD)).principal.roles == ("author",)
    gatehouse.clock.at += timedelta(days=7)
    with pytest.raises(Unauthenticated):
        await sdk.people.accept(late, PASSWORD)


async def test_another_password_ends_the_other_sessions(gatehouse: Gatehouse) -> None:
    await founded(gatehouse)
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    here, there = [await sdk.login(tenant, "ann@example.org", PASSWORD) for _ in range(2)]
    with pytest.raises(Unauthenticated):
        await sdk.change_password(here.access_token, "a wrong sentence", "a new long sentence")
    await sdk.change_password(here.access_token, PASSWORD, "a new long sentence")
    assert (await sdk.authenticate(here.access_token)).session.session_id == here.session_id
    for gone in (sdk.authenticate(there.access_token), sdk.refresh(there.refresh_token)):
        with pytest.raises(Unauthenticated):
            await gone
    with pytest.raises(Unauthenticated):
        await sdk.login(tenant, "ann@example.org", PASSWORD)
    await sdk.refresh(here.refresh_token)


@dataclass
class Provider:
    """An identity provider with memory: whoever comes with the code "good" is its subject."""

    who: ExternalIdentity = field(
        default_factory=lambda: ExternalIdentity(
            "https://id.example", "sub-1", "ann@example.org", True, "Ann", ("staff",)
        )
    )
    begun: int = 0

    async def begin(self) -> LoginStart:
        self.begun += 1
        return LoginStart("https://id.example/go", f"state-{self.begun}", "nonce", "verifier")

    async def finish(
        self, started: LoginStart, *, state: str, code: str, issuer: str | None = None
    ) -> ExternalIdentity:
        assert (started.nonce, started.verifier) == ("nonce", "verifier")
        if code != "good":
            raise Unauthenticated("the log-in was not accepted")
        return self.who


async def test_a_log_in_through_a_provider_is_begun_here_and_finished_once(gatehouse: Gatehouse) -> None:
    ann, sdk, tenant = await founded(gatehouse), gatehouse.sdk, gatehouse.tenant
    with pytest.raises(NotFound, match="No identity provider"):
        await sdk.begin_login(tenant)
    sdk._provider = Provider()
    state = (await sdk.begin_login(tenant)).state
    with pytest.raises(Unauthenticated, match="not begun here"):
        await sdk.finish_login(state, "good", begun="")
    found = await sdk.finish_login(state, "good", begun=state)
    assert found.principal.id != ann, "an address is not an identity"
    assert (found.principal.tenant, found.principal.roles) == (tenant, ("member",))
    with pytest.raises(Unauthenticated, match="not begun here"):
        await sdk.finish_login(state, "good", begun=state)
    again = (await sdk.begin_login(tenant)).state
    assert (await sdk.finish_login(again, "good", begun=again)).principal.id == found.principal.id
    late = (await sdk.begin_login(tenant)).state
    gatehouse.clock.at += timedelta(minutes=11)
    with pytest.raises(Unauthenticated, match="took too long"):
        await sdk.finish_login(late, "good", begun=late)
    await sdk.people.set_state(tenant, found.principal.id, "disabled")
    last = (await sdk.begin_login(tenant)).state
    with pytest.raises(Unauthenticated, match="disabled"):
        await sdk.finish_login(last, "good", begun=last)
    nowhere = (await sdk.begin_login("no-such-tenant")).state
    with pytest.raises(Refused):
        await sdk.finish_login(nowhere, "good", begun=nowhere)
