"""Endpoints and secrets over HTTP: shown once, rotated with two in force, disabled, replayed; nothing of another tenant."""

import pytest

from symphainy.foundations.language.errors import Conflict, DomainError, Invalid, NotFound, Refused
from symphainy.runtime.store.webhooks import LetterRow

URL = "https://crm.example/hook"


async def test_a_secret_is_shown_once_and_rotated_with_two_in_force(plane, client):
    made = await client.create_webhook(URL, types=["execution.*"], title="CRM")
    name, secrets = made.endpoint.endpoint_id, plane.parts.secrets
    assert made.secret.startswith("whsec_") and await secrets.get("acme", name) == made.secret.encode()
    listed = await client.webhooks()
    assert [each.endpoint_id for each in listed] == [name] and made.secret not in str(listed)
    turned = await client.rotate_webhook(name)
    assert turned.secret != made.secret and turned.endpoint.rotated_at is not None
    row = await plane.parts.webhooks.get("acme", name)
    assert [await secrets.get("acme", each) for each in row.secrets] == [turned.secret.encode(), made.secret.encode()]
    last = await client.rotate_webhook(name)
    assert [await secrets.get("acme", each) for each in row.secrets] == [last.secret.encode(), turned.secret.encode()]
    await client.remove_webhook(name)
    assert await client.webhooks() == () and await client.secrets() == ()


async def test_an_endpoint_is_disabled_and_enabled_and_sent_elsewhere(client):
    name = (await client.create_webhook(URL)).endpoint.endpoint_id
    off = await client.change_webhook(name, state="disabled")
    assert (off.state, off.reason, off.url) == ("disabled", "by hand", URL)
    on = await client.change_webhook(name, state="active", url="https://new.example/hook", types=["content.*"])
    assert (on.state, on.reason, on.url, on.types) == ("active", "", "https://new.example/hook", ("content.*",))


async def test_dead_letters_are_listed_and_replayed(plane, client):
    name = (await client.create_webhook(URL)).endpoint.endpoint_id
    at = plane.parts.clock.now()
    for event, state in (("evt_1", "dead"), ("evt_2", "delivered"), ("evt_3", "dead")):
        about = {"type": "execution.completed", "source_execution": "exe_1", "round": 1, "attempts": 10, "answer": 500}
        row = LetterRow(
            tenant="acme",
            endpoint_id=name,
            event_id=event,
            state=state,
            reason="",
            execution_id="",
            created_at=at,
            **about,
        )
        plane.parts.webhooks._rows.letters.append(row)
    assert [each.event_id for each in await client.deliveries(name, "dead")] == ["evt_1", "evt_3"]
    assert await client.replay(name) == 2 and await client.replay(name, "evt_3") == 1
    with pytest.raises(NotFound):
        await client.replay(name, "evt_9")


async def test_what_a_solution_has_bound_changes_with_its_deployment_alone(plane, client):
    made = await client.create_webhook(URL)
    await plane.parts.webhooks._rows.change("acme", made.endpoint.endpoint_id, {"binding": "crm", "solution": "claims"})
    for refused in (
        client.remove_webhook(made.endpoint.endpoint_id),
        client.change_webhook(made.endpoint.endpoint_id, url=URL),
    ):
        with pytest.raises(Conflict, match="claims"):
            await refused
    assert (await client.change_webhook(made.endpoint.endpoint_id, state="disabled")).state == "disabled"


async def test_nothing_of_another_tenant_and_nothing_without_the_right(plane, client):
    made = await client.create_webhook(URL)
    stranger = await plane.client("eve@umbrella.example", "umbrella")
    assert await stranger.webhooks() == ()
    for call in (stranger.rotate_webhook, stranger.remove_webhook, stranger.deliveries, stranger.replay):
        with pytest.raises(NotFound):
            await call(made.endpoint.endpoint_id)
    plane.parts.doors.shut.add("administer")
    for refused in (client.webhooks(), client.create_webhook(URL), client.secrets(), client.put_secret("erp", "hush")):
        with pytest.raises(Refused):
            await refused


@pytest.mark.parametrize(
    "url", ["ftp://crm.example/x", "https://user:pw@crm.example/", "https://127.1/x", "crm.example"]
)
async def test_an_address_that_is_not_plain_is_refused(client, url):
    with pytest.raises(DomainError):
        await client._http.request("POST", "/api/webhooks", json={"url": url})


async def test_a_secret_is_written_and_never_shown(plane, client):
    await client.put_secret("erp_password", "hush")
    assert await client.secrets() == ("erp_password",)
    assert await plane.parts.secrets.get("acme", "erp_password") == b"hush"
    await client.delete_secret("erp_password")
    assert await client.secrets() == ()
    with pytest.raises(Invalid):
        await client.put_secret("No-Such_Name", "hush")


async def test_an_endpoint_is_not_sent_to_an_address_that_is_not_plain(client):
    name = (await client.create_webhook(URL)).endpoint.endpoint_id
    with pytest.raises(Refused):
        await client.change_webhook(name, url="https://user:pw@crm.example/")
    assert (await client.webhooks())[0].url == URL
